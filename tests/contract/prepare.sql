-- SPDX-License-Identifier: GPL-2.0-only
-- What the contract test needs on a server. Run by an account that may do everything; fit for both servers.
CREATE DATABASE mlk_contract CHARACTER SET utf8mb4;
CREATE TABLE mlk_contract.t (id INT PRIMARY KEY, v VARCHAR(200), n INT NULL) ENGINE = InnoDB;
INSERT INTO mlk_contract.t VALUES (1, 'one', NULL), (2, 'two', 2);
CREATE TABLE mlk_contract.`empty` (id INT PRIMARY KEY, v VARCHAR(200)) ENGINE = InnoDB;
CREATE TABLE mlk_contract.`q``uo.te'd` (id INT PRIMARY KEY, v VARCHAR(200)) ENGINE = InnoDB;
INSERT INTO mlk_contract.`q``uo.te'd` VALUES (7, 'odd');
CREATE VIEW mlk_contract.v AS SELECT * FROM mlk_contract.t;
CREATE DATABASE mlk_secret;
CREATE TABLE mlk_secret.t (id INT PRIMARY KEY, v VARCHAR(200)) ENGINE = InnoDB;
INSERT INTO mlk_secret.t VALUES (1, 'hidden');
CREATE USER mlk_contract@'%' IDENTIFIED BY 'contract';
GRANT SELECT, UPDATE, DELETE, INSERT ON mlk_contract.* TO mlk_contract@'%';
