/* SPDX-License-Identifier: GPL-2.0-only */
/* What to do about a miglock.so that the server could not load. Both servers pass on what dlopen() said; the
 * texts are glibc's (elf/dl-load.c, elf/dl-version.c). */
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "install.h"

/* Where the package miglock-plugin puts it: the plugin_dir of Debian's servers of both kinds. */
#define PACKAGED "/usr/lib/mysql/plugin/"

/* Of the text that dlopen() ends with; the first one that fits. */
static const struct {
    const char *part;
    enum { NOT_THERE, REFUSED, DAMAGED, OTHER_SYSTEM } what;
} sayings[] = {
    {"Permission denied", REFUSED},
    {"Operation not permitted", REFUSED}, /* mapping it, from a file system mounted noexec */
    {"failed to map segment", REFUSED},
    {"file too short", DAMAGED},
    {"cannot read file data", DAMAGED},
    {"invalid ELF header", DAMAGED},
    {"wrong ELF class", OTHER_SYSTEM},
    {"' not found (required by", OTHER_SYSTEM}, /* version `GLIBC_2.38' not found (required by ...) */
    {"undefined symbol", OTHER_SYSTEM},
    {"No such file or directory", NOT_THERE},
};

static bool here(const struct mlk_installation *found)
{
    struct utsname name;

    return uname(&name) == 0 && strcmp(name.nodename, found->host) == 0;
}

/* " (on db1, the server's host)", or nothing on that host. */
static void where(struct mlk_buf *b, const struct mlk_installation *found)
{
    if (!here(found) && *found->host)
        mlk_buf_fmt(b, " (on %s, the server's host or container)", found->host);
}

/* By way of another name, as a server that loads half a library does not survive it, nor one whose library is
 * written over. */
static void how(struct mlk_buf *b, const struct mlk_installation *found)
{
    bool packaged = strcmp(found->plugin_dir, PACKAGED) == 0;

    mlk_buf_str(b, packaged ? "Install the package miglock-plugin there, or a miglock.so of your own: "
                            : "The package miglock-plugin has it in " PACKAGED
                              "; put it where this server looks: ");
    mlk_buf_fmt(b, "install -m 644 %smiglock.so %smiglock.so.new && mv %smiglock.so.new %smiglock.so. ",
                packaged ? "" : PACKAGED, found->plugin_dir, found->plugin_dir, found->plugin_dir);
}

/* Whether the text names another library than miglock.so as the one that is missing: its name, and its
 * length. MariaDB leaves out the path of the library itself. */
static const char *lacks(const char *error, size_t *length)
{
    const char *end = strstr(error, ": cannot open shared object file"), *name = end;

    while (name && name > error && name[-1] != ' ')
        name--;
    if (!name || name == end)
        return NULL;
    *length = (size_t)(end - name);
    return memmem(name, *length, "miglock.so", sizeof "miglock.so" - 1) ? NULL : name;
}

static bool is_there(const struct mlk_installation *found)
{
    struct mlk_buf path;
    struct stat st;
    bool there;

    mlk_buf_init(&path, sizeof found->plugin_dir + sizeof "miglock.so");
    mlk_buf_fmt(&path, "%smiglock.so", found->plugin_dir);
    there = path.status == MLK_OK && lstat(mlk_buf_text(&path), &st) == 0;
    mlk_buf_free(&path);
    return there;
}

static void not_there(struct mlk_buf *b, const struct mlk_installation *found)
{
    /* dlopen() says the same of a library for another processor and of a link to nothing; a server in a
     * container may have the name of its host. */
    if (here(found) && is_there(found)) {
        mlk_buf_fmt(
            b,
            "%smiglock.so is for another kind of processor, or a link to nothing, or the server is in a "
            "container and has another one. ",
            found->plugin_dir);
    } else {
        mlk_buf_fmt(b, "There is no miglock.so in %s", found->plugin_dir);
        where(b, found);
        mlk_buf_str(b, ", and this command copies nothing. ");
    }
    how(b, found);
}

void mlk_install_advice(struct mlk_buf *b, const struct mlk_installation *found, const char *error)
{
    size_t i = 0, length = 0;
    const char *other = lacks(error, &length);

    if (other) {
        mlk_buf_fmt(b, "miglock.so needs %.*s, which is not installed", (int)length, other);
        where(b, found);
        mlk_buf_str(b, ": Debian's packages libcjson1, libmd0 and zlib1g have all that it needs. "
                       "Then run this again");
        return;
    }
    while (i < sizeof sayings / sizeof sayings[0] && !strstr(error, sayings[i].part))
        i++;
    if (i == sizeof sayings / sizeof sayings[0]) {
        mlk_buf_fmt(b, "The server looks for miglock.so in %s", found->plugin_dir);
        where(b, found);
        return;
    }
    switch (sayings[i].what) {
    case NOT_THERE:
        not_there(b, found);
        break;
    case REFUSED:
        mlk_buf_fmt(b, "The server may not load %smiglock.so", found->plugin_dir);
        where(b, found);
        mlk_buf_str(b, ": the file has to be readable for its account (mode 644), the directories above it "
                       "too; AppArmor, SELinux or a file system mounted noexec can refuse it as well. ");
        break;
    case DAMAGED:
        mlk_buf_fmt(b, "%smiglock.so is damaged, or no library", found->plugin_dir);
        where(b, found);
        mlk_buf_str(b, ". ");
        how(b, found);
        break;
    case OTHER_SYSTEM:
        mlk_buf_fmt(b, "%smiglock.so was built for another system or processor than the server's",
                    found->plugin_dir);
        where(b, found);
        mlk_buf_str(b, ". ");
        how(b, found);
        break;
    }
    mlk_buf_str(b, "Then run this again");
}
