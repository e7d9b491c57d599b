-- SPDX-License-Identifier: GPL-2.0-only
CREATE TABLE customers (id INT PRIMARY KEY);
