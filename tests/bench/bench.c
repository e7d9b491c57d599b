/* SPDX-License-Identifier: GPL-2.0-only */
/* The program that scripts/bench times with. It runs one section against a server that is there. */
#include "bench.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { ROUNDS = 15, ROWS = 1000000, CALLS = 1000000 };

static _Noreturn void usage(void)
{
    (void)fputs("usage: mlk_bench --socket PATH --pid PID [options] status|name|cli|locks|tables|memory\n"
                "  --label NAME        of the server, in the table\n"
                "  --rounds N          of each measurement (15)\n"
                "  --sizes N,N,...     connections, for status (10,1000,5000)\n"
                "  --rows N            for name, at most 1000000 (1000000)\n"
                "  --calls N           for memory (1000000)\n"
                "  --cli PATH          miglock, for cli\n"
                "  --client NAME       the server's own client, for cli\n",
                stderr);
    exit(2);
}

/* A positive number. */
static unsigned long number(const char *text)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (*end || value == 0 || value > 1000000000)
        usage();
    return value;
}

/* A session takes a descriptor here too. */
static void lift_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void look(struct bench *b)
{
    MYSQL *mysql = bench_connect(b, "root");
    char *version = bench_value(mysql, "SELECT VERSION()");
    char *on = bench_value(mysql, "SELECT @@GLOBAL.performance_schema");

    b->mariadb = strstr(version, "MariaDB") != NULL;
    b->performance_schema = strcmp(on, "1") == 0;
    free(version);
    free(on);
    mysql_close(mysql);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"socket", required_argument, NULL, 's'}, {"pid", required_argument, NULL, 'p'},
        {"label", required_argument, NULL, 'l'},  {"rounds", required_argument, NULL, 'r'},
        {"sizes", required_argument, NULL, 'z'},  {"rows", required_argument, NULL, 'w'},
        {"calls", required_argument, NULL, 'c'},  {"cli", required_argument, NULL, 'm'},
        {"client", required_argument, NULL, 'k'}, {NULL, 0, NULL, 0},
    };
    struct bench b = {.server = "server", .rounds = ROUNDS, .rows = ROWS, .calls = CALLS};
    const char *sizes = "10,1000,5000", *section;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 's':
            b.socket = optarg;
            break;
        case 'p':
            b.pid = (int)number(optarg);
            break;
        case 'l':
            b.server = optarg;
            break;
        case 'r':
            b.rounds = (unsigned)number(optarg);
            break;
        case 'z':
            sizes = optarg;
            break;
        case 'w':
            b.rows = number(optarg);
            break;
        case 'c':
            b.calls = number(optarg);
            break;
        case 'm':
            b.cli = optarg;
            break;
        case 'k':
            b.client = optarg;
            break;
        default:
            usage();
        }
    }
    section = optind + 1 == argc ? argv[optind] : "";
    if (!b.socket || !b.pid)
        usage();
    lift_limit();
    look(&b);
    if (strcmp(section, "status") == 0)
        bench_status(&b, sizes);
    else if (strcmp(section, "name") == 0)
        bench_name(&b);
    else if (strcmp(section, "cli") == 0 && b.cli && b.client)
        bench_process(&b);
    else if (strcmp(section, "locks") == 0)
        bench_locks(&b);
    else if (strcmp(section, "tables") == 0)
        bench_tables(&b);
    else if (strcmp(section, "memory") == 0)
        bench_memory(&b);
    else
        usage();
    mysql_library_end();
    return 0;
}
