/* SPDX-License-Identifier: GPL-2.0-only */
/* A file that is replaced whole, or not at all. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "textfile.h"
#include "unit.h"

static const char template[] = "/tmp/mlk-textfile.XXXXXX";

static int enter(void **state)
{
    char *directory = strdup(template);

    *state = directory;
    return directory && mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int leave(void **state)
{
    char command[64];

    snprintf(command, sizeof command, "rm -rf -- '%s'", (char *)*state);
    free(*state);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static bool put(const char *path, const char *text, const char *error_part)
{
    char error[512] = "";
    bool ok = mlk_textfile_write(path, text, strlen(text), error, sizeof error);

    if (ok != !error_part || (error_part && !strstr(error, error_part)))
        fail_msg("%s: '%s'", path, error);
    return ok;
}

static void content_is(const char *path, const char *expected)
{
    char text[100] = "";
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
}

/* Whatever happens no file is left behind. */
static void files_are(int expected)
{
    DIR *directory = opendir(".");
    int count = -2;

    assert_non_null(directory);
    while (readdir(directory))
        count++;
    closedir(directory);
    assert_int_equal(count, expected);
}

static void writes_and_replaces(void **state)
{
    struct stat first, second;
    mode_t mask = umask(077);

    (void)state;
    put("m.prom", "one", NULL);
    content_is("m.prom", "one");
    assert_int_equal(stat("m.prom", &first), 0);
    assert_int_equal(first.st_mode & 07777, 0644);
    put("./m.prom", "two", NULL);
    content_is("m.prom", "two");
    assert_int_equal(stat("m.prom", &second), 0);
    assert_int_not_equal(first.st_ino, second.st_ino); /* not written over: another file in its place */
    put("m.prom", "", NULL);
    content_is("m.prom", "");
    files_are(1);
    umask(mask);
}

/* A reader that has the old file open goes on with it. */
static void readers_see_a_whole_file(void **state)
{
    char text[10] = "";
    int fd;

    (void)state;
    put("m.prom", "old", NULL);
    fd = open("m.prom", O_RDONLY | O_CLOEXEC);
    put("m.prom", "newer", NULL);
    assert_int_equal(read(fd, text, sizeof text), 3);
    assert_string_equal(text, "old");
    close(fd);
}

static void replaces_nothing_else(void **state)
{
    struct stat st;

    (void)state;
    put("kept", "kept", NULL);
    assert_int_equal(symlink("kept", "link.prom"), 0);
    put("link.prom", "x", "no regular file");
    content_is("kept", "kept");
    assert_int_equal(lstat("link.prom", &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(symlink("nowhere", "dangling.prom"), 0);
    put("dangling.prom", "x", "no regular file");
    assert_int_equal(mkdir("directory", 0700), 0);
    put("directory", "x", "no regular file");
    put("directory/", "x", "Is a directory");
    assert_int_equal(mkfifo("pipe", 0600), 0);
    put("pipe", "x", "no regular file");
    put("/dev/null", "x", "no regular file");
    files_are(5);
}

static void bad_places(void **state)
{
    char name[300], path[5000];

    (void)state;
    put("nowhere/m.prom", "x", "nowhere");
    put("", "x", "cannot write");
    put("/", "x", "cannot write");
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    put(name, "x", "too long");
    memset(path, 'p', sizeof path);
    path[4500] = '/';
    path[4502] = '\0';
    put(path, "x", "too long");
    files_are(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(writes_and_replaces, enter, leave),
        cmocka_unit_test_setup_teardown(readers_see_a_whole_file, enter, leave),
        cmocka_unit_test_setup_teardown(replaces_nothing_else, enter, leave),
        cmocka_unit_test_setup_teardown(bad_places, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
