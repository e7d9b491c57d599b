/* SPDX-License-Identifier: GPL-2.0-only */
#include "client_library.h"

#include <stdio.h>

enum mlk_ssl_mode mlk_library_ssl_mode(const struct mlk_connection *c)
{
    if (c->ssl_mode != MLK_SSL_UNSET)
        return c->ssl_mode;
    if (c->ssl == MLK_SWITCH_OFF)
        return MLK_SSL_DISABLED;
    if (c->ssl_verify == MLK_SWITCH_ON)
        return MLK_SSL_VERIFY_IDENTITY;
    if (c->ssl_verify != MLK_SWITCH_OFF && (c->ssl_ca || c->ssl_capath))
        return MLK_SSL_VERIFY_CA; /* the mysql client's own rule */
    return c->ssl == MLK_SWITCH_ON ? MLK_SSL_REQUIRED : MLK_SSL_UNSET;
}

/* Only a value that was given, so that the library's own default stays what it is. */
static int set_text(MYSQL *mysql, enum mysql_option option, const char *value)
{
    return value ? mysql_options(mysql, option, value) : 0;
}

static enum mlk_status lacks(const char *option, const char *instead, char *error, size_t error_size)
{
    char library[64];

    mlk_library_name(library, sizeof library);
    snprintf(error, error_size, "this miglock uses %s, which cannot do %s%s", library, option, instead);
    return MLK_UNSUPPORTED;
}

/* libmariadb goes by TLS as soon as it is given one of these. */
static int set_tls_files(MYSQL *mysql, const struct mlk_connection *c)
{
    int failed = 0;

    failed |= set_text(mysql, MYSQL_OPT_SSL_CA, c->ssl_ca);
    failed |= set_text(mysql, MYSQL_OPT_SSL_CAPATH, c->ssl_capath);
    failed |= set_text(mysql, MYSQL_OPT_SSL_CERT, c->ssl_cert);
    failed |= set_text(mysql, MYSQL_OPT_SSL_KEY, c->ssl_key);
    failed |= set_text(mysql, MYSQL_OPT_SSL_CIPHER, c->ssl_cipher);
    failed |= set_text(mysql, MYSQL_OPT_SSL_CRL, c->ssl_crl);
    failed |= set_text(mysql, MYSQL_OPT_SSL_CRLPATH, c->ssl_crlpath);
    return failed;
}

static int set_common(MYSQL *mysql, const struct mlk_connection *c)
{
    int failed = 0;

    failed |= set_text(mysql, MYSQL_OPT_BIND, c->bind_address);
    if (mlk_library_ssl_mode(c) != MLK_SSL_DISABLED)
        failed |= set_tls_files(mysql, c);
    failed |= set_text(mysql, MYSQL_SERVER_PUBLIC_KEY, c->server_public_key_path);
    failed |= set_text(mysql, MYSQL_PLUGIN_DIR, c->plugin_dir);
    failed |= set_text(mysql, MYSQL_DEFAULT_AUTH, c->default_auth);
    if (c->compress == MLK_SWITCH_ON)
        failed |= mysql_options(mysql, MYSQL_OPT_COMPRESS, NULL);
    if (c->zstd_level)
        failed |= mysql_options(mysql, MYSQL_OPT_ZSTD_COMPRESSION_LEVEL, &c->zstd_level);
    if (c->protocol != MLK_PROTOCOL_DEFAULT) {
        unsigned protocol = c->protocol == MLK_PROTOCOL_TCP ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;

        failed |= mysql_options(mysql, MYSQL_OPT_PROTOCOL, &protocol);
    }
    return failed;
}

static enum mlk_status refused(char *error, size_t error_size)
{
    return lacks("one of the options for TLS or authentication that were given", "", error, error_size);
}

#ifdef MARIADB_PACKAGE_VERSION

void mlk_library_name(char *out, size_t size)
{
    snprintf(out, size, "libmariadb %s", mysql_get_client_info());
}

/*
 * libmariadb has no modes, only "insist on TLS" and "check the certificate". It checks the chain only
 * together with the host's name unless a CA was given; so VERIFY_CA without one becomes VERIFY_IDENTITY,
 * which is stricter.
 */
enum mlk_status mlk_library_options(MYSQL *mysql, const struct mlk_connection *c, char *error,
                                    size_t error_size)
{
    enum mlk_ssl_mode mode = mlk_library_ssl_mode(c);
    my_bool yes = 1, no = 0, cleartext = c->cleartext == MLK_SWITCH_ON;
    int failed = set_common(mysql, c);

    if (c->tls_ciphersuites)
        return lacks("tls-ciphersuites", ": ssl-cipher takes those of TLS 1.3 too", error, error_size);
    if (c->tls_sni_servername)
        return lacks("tls-sni-servername", "", error, error_size);
    if (c->ssl_fips_mode > MLK_FIPS_OFF)
        return lacks("ssl-fips-mode", ": OpenSSL's own configuration does it", error, error_size);
    failed |= set_text(mysql, MARIADB_OPT_TLS_VERSION, c->tls_version);
    failed |= set_text(mysql, MARIADB_OPT_TLS_PEER_FP, c->ssl_fp);
    failed |= set_text(mysql, MARIADB_OPT_TLS_PEER_FP_LIST, c->ssl_fplist);
    if (c->cleartext != MLK_SWITCH_UNSET)
        failed |= mysql_options(mysql, MYSQL_ENABLE_CLEARTEXT_PLUGIN, &cleartext);
    switch (mode) {
    case MLK_SSL_UNSET:
        if (c->ssl_verify == MLK_SWITCH_OFF)
            failed |= mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &no);
        break;
    case MLK_SSL_DISABLED:
    case MLK_SSL_PREFERRED:
        failed |= mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &no);
        failed |= mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &no);
        break;
    case MLK_SSL_REQUIRED:
        failed |= mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &yes);
        failed |= mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &no);
        break;
    case MLK_SSL_VERIFY_CA:
        failed |= mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &yes);
        failed |=
            mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, c->ssl_ca || c->ssl_capath ? &no : &yes);
        break;
    case MLK_SSL_VERIFY_IDENTITY:
        failed |= mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &yes);
        failed |= mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
        break;
    }
    return failed ? refused(error, error_size) : MLK_OK;
}

#else

void mlk_library_name(char *out, size_t size)
{
    snprintf(out, size, "libmysqlclient %s", mysql_get_client_info());
}

enum mlk_status mlk_library_options(MYSQL *mysql, const struct mlk_connection *c, char *error,
                                    size_t error_size)
{
    static const unsigned modes[] = {SSL_MODE_PREFERRED, SSL_MODE_DISABLED,  SSL_MODE_PREFERRED,
                                     SSL_MODE_REQUIRED,  SSL_MODE_VERIFY_CA, SSL_MODE_VERIFY_IDENTITY};
    static const unsigned fips_modes[] = {SSL_FIPS_MODE_OFF, SSL_FIPS_MODE_OFF, SSL_FIPS_MODE_ON,
                                          SSL_FIPS_MODE_STRICT};
    enum mlk_ssl_mode mode = mlk_library_ssl_mode(c);
    bool public_key = c->get_server_public_key == MLK_SWITCH_ON, cleartext = c->cleartext == MLK_SWITCH_ON;
    int failed = set_common(mysql, c);

    if (c->ssl_fp || c->ssl_fplist)
        return lacks("ssl-fp and ssl-fplist", ": ssl-ca with ssl-mode=VERIFY_CA checks the certificate",
                     error, error_size);
    failed |= set_text(mysql, MYSQL_OPT_TLS_VERSION, c->tls_version);
    failed |= set_text(mysql, MYSQL_OPT_TLS_CIPHERSUITES, c->tls_ciphersuites);
    failed |= set_text(mysql, MYSQL_OPT_TLS_SNI_SERVERNAME, c->tls_sni_servername);
    failed |= set_text(mysql, MYSQL_OPT_COMPRESSION_ALGORITHMS, c->compression_algorithms);
    if (c->ssl_fips_mode != MLK_FIPS_UNSET)
        failed |= mysql_options(mysql, MYSQL_OPT_SSL_FIPS_MODE, &fips_modes[c->ssl_fips_mode]);
    if (c->cleartext != MLK_SWITCH_UNSET)
        failed |= mysql_options(mysql, MYSQL_ENABLE_CLEARTEXT_PLUGIN, &cleartext);
    if (mode != MLK_SSL_UNSET)
        failed |= mysql_options(mysql, MYSQL_OPT_SSL_MODE, &modes[mode]);
    failed |= mysql_options(mysql, MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &public_key);
    return failed ? refused(error, error_size) : MLK_OK;
}

#endif
