/* SPDX-License-Identifier: GPL-2.0-only */
#include "udf_host.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *library;
struct udf_raised udf_raised;

bool udf_load(int argc, char **argv)
{
    /* As MySQL loads it; and never unloaded, or a leak report could not name its functions. */
    library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (!library)
        (void)fprintf(stderr, "usage: %s miglock.so: %s\n", argv[0], argc == 2 ? dlerror() : "");
    return library != NULL;
}

void *udf_symbol(const char *name)
{
    return dlsym(library, name);
}

void udf_raise(unsigned number, const char *format, va_list args)
{
    udf_raised.count++;
    udf_raised.number = number;
    (void)vsnprintf(udf_raised.text, sizeof udf_raised.text, format, args);
}

static void find(const char *name, const char *suffix, void *function, size_t size)
{
    char full[128];
    void *symbol;

    (void)snprintf(full, sizeof full, "%s%s", name, suffix);
    symbol = udf_symbol(full);
    if (!symbol)
        fail_msg("%s is not exported", full);
    memcpy(function, &symbol, size);
}

void udf_prepare(struct udf *f, const char *name, unsigned count)
{
    static char attribute[] = "an argument's text in the statement";

    assert_true(count <= UDF_COUNT_MAX);
    memset(f, 0, sizeof *f);
    find(name, "_init", &f->init_function, sizeof f->init_function);
    find(name, "", &f->row_function, sizeof f->row_function);
    find(name, "_deinit", &f->deinit_function, sizeof f->deinit_function);
    f->args.arg_count = count;
    if (count == 0)
        return; /* the arrays are NULL then */
    for (unsigned i = 0; i < count; i++) {
        f->types[i] = MLK_UDF_STRING_RESULT;
        f->names[i] = attribute;
        f->name_lengths[i] = sizeof attribute - 1;
    }
    f->args.arg_type = f->types;
    f->args.args = f->texts; /* all NULL: at prepare time no value is known */
    f->args.lengths = f->lengths;
    f->args.maybe_null = f->maybe_null;
    f->args.attributes = f->names;
    f->args.attribute_lengths = f->name_lengths;
}

bool udf_begin(struct udf *f)
{
    bool failed;

    memset(f->message, '#', sizeof f->message);
    f->message[0] = '\0';
    f->init.ptr = (char *)f; /* nothing clears it before; init must */
    f->init.const_item = true;
    failed = f->init_function(&f->init, &f->args, f->message);
    assert_non_null(memchr(f->message, '\0', MLK_UDF_MESSAGE_MAX));
    assert_int_equal(failed, f->message[0] != '\0');
    if (failed)
        assert_null(f->init.ptr);
    return !failed;
}

void udf_open(struct udf *f, const char *name, unsigned count)
{
    udf_prepare(f, name, count);
    if (!udf_begin(f))
        fail_msg("%s: %s", name, f->message);
}

const char *udf_row(struct udf *f, const struct udf_text *texts)
{
    char *result = malloc(255), *got; /* what both servers pass; unused here */

    assert_non_null(result);
    for (unsigned i = 0; i < f->args.arg_count; i++) {
        f->lengths[i] = texts[i].text ? texts[i].len : 0;
        f->texts[i] = texts[i].text ? malloc(texts[i].len ? texts[i].len : 1) : NULL;
        if (texts[i].text) {
            assert_non_null(f->texts[i]);
            memcpy(f->texts[i], texts[i].text, texts[i].len);
        }
    }
    f->length = 255;
    f->is_null = f->error = 0;
    memset(&udf_raised, 0, sizeof udf_raised);
    got = f->row_function(&f->init, &f->args, result, &f->length, &f->is_null, &f->error);
    for (unsigned i = 0; i < f->args.arg_count; i++) {
        free(f->texts[i]);
        f->texts[i] = NULL;
    }
    free(result);
    return got;
}

void udf_end(struct udf *f)
{
    f->deinit_function(&f->init);
}

void udf_row_is(struct udf *f, const struct udf_text *texts, const char *expected)
{
    const char *got = udf_row(f, texts);

    if (!got)
        fail_msg("NULL instead of %s; %s", expected, udf_raised.text);
    assert_int_equal(f->is_null, 0);
    assert_int_equal(f->error, 0);
    assert_int_equal(udf_raised.count, 0);
    assert_int_equal(f->length, strlen(expected));
    assert_memory_equal(got, expected, f->length);
}

void udf_row_is_null(struct udf *f, const struct udf_text *texts)
{
    assert_null(udf_row(f, texts));
    assert_int_equal(f->is_null, 1);
    assert_int_equal(f->error, 0);
    assert_int_equal(udf_raised.count, 0);
}

void udf_row_fails(struct udf *f, const struct udf_text *texts, const char *part)
{
    assert_null(udf_row(f, texts));
    assert_int_equal(f->is_null, 1);
    assert_int_equal(f->error, 1);
    assert_int_equal(udf_raised.count, 1);
    if (!strstr(udf_raised.text, part))
        fail_msg("\"%s\" does not say \"%s\"", udf_raised.text, part);
    assert_null(strpbrk(udf_raised.text, "\n\r"));
}
