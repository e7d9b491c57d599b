# SPDX-License-Identifier: GPL-2.0-only
"""A migration that finishes."""

from yoyo import step

steps = [step("CREATE TABLE customers (id INT PRIMARY KEY)", "DROP TABLE customers")]
