-- SPDX-License-Identifier: GPL-2.0-only
-- Writes to a table, one row after the other, until it is told to stop; beats has when each write began and ended.
DELIMITER //
CREATE PROCEDURE truth.writes_@TABLE@()
BEGIN
	DECLARE n INT DEFAULT 0;
	DECLARE began DATETIME(6);
	WHILE (SELECT stop FROM truth.control) = 0 DO
		SET n = n + 1, began = SYSDATE(6);
		UPDATE truth.@TABLE@ SET w = w + 1 WHERE id = 1 + n % 500 LIMIT 1;
		INSERT INTO truth.beats VALUES (began, SYSDATE(6));
		DO SLEEP(0.002);
	END WHILE;
END//
