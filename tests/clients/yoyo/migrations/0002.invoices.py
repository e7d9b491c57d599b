# SPDX-License-Identifier: GPL-2.0-only
"""One that stops in its middle when told to, and can be repeated after that."""

import os
import time

from yoyo import step

__depends__ = {"0001.customers"}


def hold(connection):
    """Says where it is, and waits for a file."""
    if not os.environ.get("MLK_HANG"):
        return
    cursor = connection.cursor()
    cursor.execute("SELECT CONNECTION_ID()")
    line = "holding pid={} hang=client connection={}\n".format(os.getpid(), cursor.fetchone()[0])
    os.write(1, line.encode())
    while not os.path.exists(os.environ.get("MLK_HOLD") or "/nonexistent"):
        time.sleep(0.02)


steps = [step("CREATE TABLE IF NOT EXISTS invoices (id INT PRIMARY KEY)"), step(hold)]
