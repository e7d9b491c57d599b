/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "install.h"
#include "json.h"
#include "plain.h"
#include "text.h"

enum {
    STATEMENT_MAX = 8192,
    ERROR_MAX = 16384,
    NOT_LOADED = 3537, /* ER_COMPONENTS_UNLOAD_NOT_LOADED, mysqld_error.h of MySQL */
};

struct mlk_buf *mlk_plan_add(struct mlk_plan *plan, const char *needs)
{
    size_t i = plan->count < MLK_STEPS_MAX ? plan->count++ : MLK_STEPS_MAX - 1;

    mlk_buf_init(&plan->steps[i].sql, STATEMENT_MAX);
    plan->steps[i].needs = needs;
    plan->steps[i].loads = false;
    plan->steps[i].housekeeping = false;
    plan->steps[i].forgets = false;
    return &plan->steps[i].sql;
}

void mlk_plan_free(struct mlk_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        mlk_buf_free(&plan->steps[i].sql);
    plan->count = 0;
}

static bool is_on(const char *value)
{
    return value && (strcmp(value, "1") == 0 || strcmp(value, "ON") == 0);
}

static enum mlk_status switch_off(struct mlk_backend *b, struct mlk_plan *plan, const char *show,
                                  const char *variable, const char *needs)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status = mlk_backend_sql(b, show, &rows);

    if (status == MLK_OK && is_on(mlk_rows_text(rows, 0, 1))) {
        mlk_buf_fmt(mlk_plan_add(plan, needs), "SET SESSION %s = 0", variable);
        plan->steps[plan->count - 1].housekeeping = true;
    }
    mlk_rows_free(rows);
    return status;
}

enum mlk_status mlk_plan_stay_local(struct mlk_backend *b, struct mlk_plan *plan)
{
    bool mariadb = b->session->flavour == MLK_MARIADB;
    enum mlk_status status =
        switch_off(b, plan, "SHOW GLOBAL VARIABLES LIKE 'log\\_bin'", "sql_log_bin",
                   mariadb ? "BINLOG ADMIN" : "SYSTEM_VARIABLES_ADMIN or SESSION_VARIABLES_ADMIN");

    if (status == MLK_OK)
        status = switch_off(b, plan, "SHOW GLOBAL VARIABLES LIKE 'wsrep\\_on'", "wsrep_on", "SUPER");
    return status;
}

static void show(const char *lead, const char *sql)
{
    struct mlk_buf clean;

    mlk_buf_init(&clean, 4 * STATEMENT_MAX);
    mlk_text_clean(&clean, sql);
    printf("%s%s;\n", lead, mlk_buf_text(&clean));
    mlk_buf_free(&clean);
}

static enum mlk_exit failed(struct mlk_backend *b, const struct mlk_cli *cli, const struct mlk_plan *plan,
                            size_t step, enum mlk_status status, const struct mlk_installation *found)
{
    char code[32];
    bool changed = false;
    const struct mlk_session *s = b->session;
    struct mlk_buf error;
    enum mlk_exit exit;

    mlk_status_code(status, code, sizeof code);
    mlk_buf_init(&error, ERROR_MAX);
    mlk_buf_fmt(&error, "%s: %s", mlk_buf_text(&plan->steps[step].sql), s->error);
    for (size_t i = 0; i < step; i++)
        changed = changed || !plan->steps[i].housekeeping;
    if (status == MLK_DENIED)
        mlk_buf_fmt(&error, " (it needs %s); %s", plan->steps[step].needs,
                    changed ? "what came before it is done, and a second run goes on here"
                            : "nothing was changed");
    if (plan->steps[step].loads && status != MLK_DENIED && status != MLK_GONE) {
        mlk_buf_str(&error, ". ");
        mlk_install_advice(&error, found, s->error);
    }
    exit = mlk_fail(cli, MLK_EXIT_FAILED, code, "%s", mlk_buf_text(&error));
    mlk_buf_free(&error);
    return exit;
}

/* One step, or none where it is not needed. The server knows a component that it could not load only as a row
 * of mysql.component, which UNINSTALL COMPONENT leaves there. */
static enum mlk_status run_step(struct mlk_backend *b, const struct mlk_plan *plan, size_t i, bool *loaded,
                                bool *did)
{
    enum mlk_status status;

    *did = false;
    if (plan->steps[i].forgets && *loaded)
        return MLK_OK;
    status = mlk_backend_sql(b, mlk_buf_text(&plan->steps[i].sql), NULL);
    if (status != MLK_OK && b->session->error_number == NOT_LOADED && i + 1 < plan->count &&
        plan->steps[i + 1].forgets) {
        *loaded = false;
        return MLK_OK;
    }
    *did = status == MLK_OK;
    return status;
}

static enum mlk_exit finish(struct mlk_backend *b, const struct mlk_cli *cli, const struct mlk_plan *plan,
                            const char *outcome)
{
    cJSON *document, *list;
    bool ok;

    if (mlk_for_people(cli))
        printf("%s: miglock %s, %s\n", outcome, mlk_version(), b->where);
    if (!cli->json && !cli->plain)
        return MLK_EXIT_DONE;
    document = cJSON_CreateObject();
    list = cJSON_AddArrayToObject(document, "statements");
    for (size_t i = 0; i < plan->count; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(mlk_buf_text(&plan->steps[i].sql)));
    ok = cJSON_AddStringToObject(document, "outcome", outcome) &&
         cJSON_AddStringToObject(document, "version", mlk_version());
    if (ok && cli->plain)
        mlk_plain_print(MLK_PLAIN_INSTALL, document);
    else
        ok = ok && mlk_json_out(document);
    cJSON_Delete(document);
    return ok ? MLK_EXIT_DONE : mlk_fail_status(cli, MLK_NO_MEMORY, mlk_status_text(MLK_NO_MEMORY));
}

enum mlk_exit mlk_plan_run(struct mlk_backend *b, const struct mlk_cli *cli, struct mlk_plan *plan,
                           const struct mlk_installation *found, const char *done, const char *nothing)
{
    bool dry_run = mlk_options_has(&cli->options, "dry-run"), work = false, loaded = true;

    for (size_t i = 0; i < plan->count; i++) {
        if (plan->steps[i].sql.status != MLK_OK)
            return mlk_fail_status(cli, plan->steps[i].sql.status,
                                   mlk_status_text(plan->steps[i].sql.status));
        work = work || !plan->steps[i].housekeeping;
    }
    if (!work) {
        mlk_plan_free(plan);
        return finish(b, cli, plan, nothing);
    }
    for (size_t i = 0; i < plan->count; i++) {
        bool did = false;
        enum mlk_status status = dry_run ? MLK_OK : run_step(b, plan, i, &loaded, &did);

        if (status != MLK_OK)
            return failed(b, cli, plan, i, status, found);
        if (mlk_for_people(cli) && (dry_run || (did && !plan->steps[i].housekeeping)))
            show(dry_run ? "" : "done: ", mlk_buf_text(&plan->steps[i].sql));
    }
    if (dry_run && mlk_for_people(cli)) {
        mlk_tell(cli, "nothing was changed (--dry-run): these are the statements, in order");
        return MLK_EXIT_DONE;
    }
    return finish(b, cli, plan, dry_run ? "nothing was changed" : done);
}
