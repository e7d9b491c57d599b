/* SPDX-License-Identifier: GPL-2.0-only */
#include "audit.h"

#include <inttypes.h>
#include <string.h>

#include "peer.h"
#include "miglock/sql.h"
#include "miglock/text.h"

enum { LINE_MAX_BYTES = 1000 };

/* What is too long in sum is cut at the end. */
static void write_line(struct mlk_session *s, struct mlk_buf *text)
{
    char line[LINE_MAX_BYTES + 1];

    mlk_printable(line, sizeof line, mlk_buf_text(text), text->len);
    s->ops->log(s, line);
    mlk_buf_free(text);
}

/* Each line begins with the account that asked; targets, accounts and reasons are bounded each. */
static void begin_line(const struct mlk_session *s, struct mlk_buf *b)
{
    mlk_buf_init(b, 8192);
    mlk_buf_str(b, "miglock: ");
    /* quoted, as accounts too can be called like the rest of a line */
    mlk_sql_string(b, s->user, strlen(s->user));
    mlk_buf_str(b, "@");
    mlk_sql_string(b, s->host, strlen(s->host));
    if (s->caller_id)
        mlk_buf_fmt(b, " (connection %" PRIu64 ")", s->caller_id);
}

void mlk_audit_release(struct mlk_session *s, const struct mlk_release_of *of, const struct mlk_release *r,
                       bool force)
{
    const cJSON *last = cJSON_GetArrayItem(r->because, cJSON_GetArraySize(r->because) - 1);
    struct mlk_buf b;

    if (!s->ops->log)
        return;
    begin_line(s, &b);
    mlk_buf_fmt(&b, " asked to %s ", of->what);
    mlk_sql_string(&b, of->target, strlen(of->target));
    mlk_buf_fmt(&b, "%s: %s; verdict %s; token %s; ", force ? " with force" : "",
                r->outcome ? r->outcome : "failed", mlk_verdict_text(r->verdict),
                of->token && of->token[0] ? of->token : "none");
    if (of->holder) {
        mlk_buf_str(&b, "holder ");
        mlk_person_describe(of->holder, &b);
    } else if (of->holder_id) {
        mlk_buf_fmt(&b, "holder connection %" PRIu64, of->holder_id);
    } else {
        mlk_buf_str(&b, "holder not known");
    }
    if (cJSON_IsString(last))
        mlk_buf_fmt(&b, "; %s", last->valuestring);
    write_line(s, &b);
}

void mlk_audit_gone(struct mlk_session *s, const struct mlk_person *p, const struct mlk_probe *answer)
{
    struct mlk_buf b;

    if (!s->ops->log)
        return;
    begin_line(s, &b);
    mlk_buf_str(&b, " asked for the client of ");
    mlk_person_describe(p, &b);
    mlk_buf_str(&b, ", which ");
    mlk_peer_describe(answer, &b);
    write_line(s, &b);
}
