/* SPDX-License-Identifier: GPL-2.0-only */
/* Source of the numbers: errmsg.h and mysqld_error.h of both servers. */
#include "connect_advice.h"

#include <stddef.h>

static const struct {
    unsigned number;
    bool denied;
    const char *advice;
} errors[] = {
    {1040, false, "; try again, or as an account that may use the reserved connection"},
    {1045, true, NULL}, /* depends on the password */
    {1129, false, "; the server unblocks this host with mysqladmin flush-hosts"},
    {1130, true, "; the account must be allowed from this host"},
    {1698, true, "; this account logs in by its system user, over the socket"},
    {2002, false, "; is the server running, and is this its place? -h, -P or -S name another"},
    {2003, false, "; is the server running, and is this its place? -h, -P or -S name another"},
    {2005, false, "; check the name after -h"},
    {2026, false,
     "; --ssl-ca FILE names whom to trust, --ssl-mode says how much TLS is asked for (DISABLED: none)"},
    {2059, false, "; --plugin-dir DIR says where the authentication plugins are"},
    {2061, false, "; with TLS (--ssl-mode REQUIRED) or --get-server-public-key it may work"},
    {3118, true, ""},
    {3159, false, "; --ssl-mode REQUIRED"},
    {4151, true, ""},
};

const char *mlk_connect_advice(unsigned number, bool password)
{
    if (number == 1045)
        return password ? "; check -u and -p (--print-defaults shows what option files say)"
                        : "; -p asks for the password, an option file can hold it ([client] password=...)";
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i].number == number)
            return errors[i].advice;
    return "";
}

bool mlk_connect_denied(unsigned number)
{
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i].number == number)
            return errors[i].denied;
    return false;
}
