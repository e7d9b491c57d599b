/* SPDX-License-Identifier: GPL-2.0-only */
#include "mysql_uptime.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "mysql_services.h"

/* The server counts from its start to the beginning of the session's statement (show_starttime in mysqld.cc),
 * so it must be told whose. */
int64_t mlk_mysql_uptime(void)
{
    void *thd = mlk_host_current_thd(), *string = NULL, *charset;
    char text[24] = "", *end;
    size_t length = 0;
    const char *data;
    int64_t seconds;

    if (!thd || mlk_mysql.status_variable_string->get(thd, "Uptime", true, &string) || !string)
        return -1;
    if (!mlk_mysql.string_get_data_in_charset->get_data(string, &data, &length, &charset) && data &&
        length < sizeof text)
        memcpy(text, data, length);
    mlk_mysql.string_factory->destroy(string);
    if (text[0] < '0' || text[0] > '9')
        return -1;
    seconds = strtoll(text, &end, 10);
    return *end ? -1 : seconds;
}
