/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The servers that one command looks at: those of --host a,b, and with --all-members also those that each of
 * them names as its replicas, its source, or the other members of its cluster. Named locks are local to a
 * server, so each has its own answer.
 */
#ifndef MIGLOCK_CLI_MEMBERS_H
#define MIGLOCK_CLI_MEMBERS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "backend.h"

enum { MLK_MEMBERS_MAX = 64, MLK_MEMBER_HOST_MAX = 256, MLK_MEMBER_ID_MAX = 600 };

struct mlk_member {
    char host[MLK_MEMBER_HOST_MAX];      /* "" where the connection names none: this machine's server */
    unsigned port;                       /* 0: the connection's, or the default one */
    char name[MLK_MEMBER_HOST_MAX + 16]; /* "db1.example:3306", "[::1]:3307"; "localhost" by the socket */
    char id[MLK_MEMBER_ID_MAX];          /* which server it is; "" until it is known */
    bool found;                          /* another member has named it, not the person */
};

/* What came of looking at all of them. Zeroed is a valid start; for mlk_members_result_free(). */
struct mlk_members_result {
    size_t looked;      /* servers that gave an answer */
    cJSON *nodes;       /* an object for each: "node", its name; "error", a text, null where it answered */
    cJSON *blind_spots; /* texts: members that could not be found */
    enum mlk_status status; /* of the last failure; MLK_OK where there was none */
};

/* For the table of a command whose "several" is set. */
#define MLK_ALL_MEMBERS_OPTION                                                                               \
    {                                                                                                        \
        "all-members", 0, MLK_ARG_NONE, NULL,                                                                \
            "look at every member of its cluster or replication that the server names too"                   \
    }

/* Whether several servers are meant. Only after mlk_backend_resolve(). */
bool mlk_members_several(const struct mlk_cli *cli);

/* Looks at one server; member->name is what reports call it. On anything but MLK_OK one line in error. */
typedef enum mlk_status mlk_member_look(struct mlk_backend *b, const struct mlk_member *member, void *arg,
                                        char *error, size_t error_size);

/*
 * Connects to one after the other and looks at it; each server once, however often it is named. A server that
 * cannot be looked at does not keep the others from it. MLK_EXIT_DONE, also where some or all have failed:
 * out tells. Anything else is a mistake in the command line, or memory is out, and has been reported.
 */
enum mlk_exit mlk_members_each(struct mlk_cli *cli, mlk_member_look *look, void *arg,
                               struct mlk_members_result *out);
void mlk_members_result_free(struct mlk_members_result *result);
/* Says on stderr which servers could not be looked at, --quiet or not. How the command ends for it: failed,
 * with the error as a document where not one server gave an answer, or done. */
enum mlk_exit mlk_members_tell(const struct mlk_cli *cli, const struct mlk_members_result *result);
/* Reports that not one server gave an answer, with the first error. */
enum mlk_exit mlk_members_none(const struct mlk_cli *cli, const struct mlk_members_result *result);
/* Adds the member "node" to each report of an array. False where memory is out. */
bool mlk_members_mark(cJSON *reports, const struct mlk_member *member);

/* ---- members_host.c ---- */

/* Reads "host", "host:port", "[::1]" or "[::1]:port"; len bytes. Fills host and port alone. MLK_USAGE with a
 * line in error. */
enum mlk_status mlk_member_parse(const char *text, size_t len, struct mlk_member *out, char *error,
                                 size_t error_size);
/* A connection whose host is "host:port" gets both as its own; several hosts stay as they are. MLK_USAGE,
 * with a line in error, where they cannot be used, or where one server is wanted and several are named. */
enum mlk_status mlk_member_settle(struct mlk_connection *c, bool several, char *error, size_t error_size);
/* Fills name. port: the connection's; 0: none. */
void mlk_member_name(struct mlk_member *member, unsigned port, bool by_socket);
/* Whether that host is the machine itself, whichever that is. */
bool mlk_member_is_loopback(const char *host);

/* ---- members_discover.c ---- */

/* Tells which server this is: text that no other server has. */
enum mlk_status mlk_member_identify(struct mlk_backend *b, char *id, size_t size);
/* Called for each server that is named; id is "" where it is not told. False: there is no room for it. */
typedef bool mlk_member_add(void *arg, const struct mlk_member *found);
/* Asks the server which others belong to it. from: who it is. What could not be found out is added to
 * blind_spots. MLK_OK, or what ends the work on this server, with b->session->error. */
enum mlk_status mlk_members_discover(struct mlk_backend *b, const struct mlk_member *from,
                                     mlk_member_add *add, void *arg, cJSON *blind_spots);

#endif
