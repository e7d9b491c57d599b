-- SPDX-License-Identifier: GPL-2.0-only
-- Can be repeated after it was stopped.
CREATE TABLE IF NOT EXISTS invoices (id INT PRIMARY KEY);
\! "$MLK_HOLD_SCRIPT"
DO SLEEP(COALESCE(@hang, 0));
