-- SPDX-License-Identifier: GPL-2.0-only
-- The tables of truth.sh, 200,000 rows each (flat, which MyISAM copies fast: 600,000). The writer changes w.
CREATE DATABASE truth DEFAULT CHARACTER SET latin1;
USE truth;
CREATE TABLE plain (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, w INT NOT NULL DEFAULT 0, a INT, b INT,
	s VARCHAR(40) NOT NULL, v VARCHAR(40), d DATE, kind ENUM('a', 'b'), pad CHAR(80) NOT NULL DEFAULT '');
INSERT INTO plain (a, b, s, v, d, kind) VALUES (1, 1, 'some words to look for', 'short', '2026-01-01', 'a');
CREATE TABLE ten (n INT);
INSERT INTO ten VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
INSERT INTO plain (a, b, s, v, d, kind)
	SELECT x.n * 7 + y.n, z.n * 100 + u.n * 10 + x.n, CONCAT('some words to look for ', y.n, z.n), CONCAT('short ', x.n),
		'2026-01-01' + INTERVAL z.n DAY, IF(x.n > 4, 'a', 'b')
	FROM ten x, ten y, ten z, ten u, ten t, (SELECT 1 UNION ALL SELECT 2) two LIMIT 199999;
CREATE TABLE keyless (id INT NOT NULL, w INT NOT NULL DEFAULT 0, pad CHAR(80) NOT NULL);
CREATE TABLE ranged (id INT NOT NULL PRIMARY KEY, w INT NOT NULL DEFAULT 0, pad CHAR(80) NOT NULL)
	PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (100000), PARTITION p1 VALUES LESS THAN (400000));
CREATE TABLE hashed (id INT NOT NULL PRIMARY KEY, w INT NOT NULL DEFAULT 0, pad CHAR(80) NOT NULL)
	PARTITION BY HASH (id) PARTITIONS 3;
CREATE TABLE parent (id INT NOT NULL PRIMARY KEY, w INT NOT NULL DEFAULT 0, pad CHAR(80) NOT NULL);
CREATE TABLE child (id INT NOT NULL PRIMARY KEY, w INT NOT NULL DEFAULT 0, parent_id INT, pad CHAR(80) NOT NULL, KEY (parent_id));
CREATE TABLE flat (id INT NOT NULL PRIMARY KEY, w INT NOT NULL DEFAULT 0, pad CHAR(80) NOT NULL) ENGINE=MyISAM;
INSERT INTO keyless SELECT id, 0, pad FROM plain;
INSERT INTO ranged SELECT id, 0, pad FROM plain;
INSERT INTO hashed SELECT id, 0, pad FROM plain;
INSERT INTO parent SELECT id, 0, pad FROM plain;
INSERT INTO child SELECT id, 0, id, pad FROM plain;
INSERT INTO flat SELECT id, 0, pad FROM plain;
INSERT INTO flat SELECT id + 1000000, 0, pad FROM plain;
INSERT INTO flat SELECT id + 2000000, 0, pad FROM plain;
DROP TABLE ten;
CREATE TABLE control (stop INT NOT NULL);
INSERT INTO control VALUES (1);
CREATE TABLE beats (began DATETIME(6), ended DATETIME(6)) ENGINE=MEMORY;
CREATE TABLE run (began DATETIME(6), ended DATETIME(6), tiny INT) ENGINE=MEMORY;
CREATE TABLE tiny (id INT);
