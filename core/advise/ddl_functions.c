/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which functions the expressions of a clause may call. One that somebody has loaded into the server can do
 * anything, and MariaDB calls those in a DEFAULT while ALTER TABLE runs (seen on 10.11: it called its init).
 * They cannot bear the
 * names of the server's own, so what is listed here is the server's. Source of the names: both manuals,
 * "Built-in Function Reference".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ddl.h"
#include "miglock/text.h"

/* In the order of strcasecmp. Functions that only give a value, and words that may stand before "(". */
static const char *const known[] = {
    /* clang-format off */
    "ABS", "ACOS", "ADD_MONTHS", "ADDDATE", "ADDTIME", "AES_DECRYPT", "AES_ENCRYPT", "AND", "ANY_VALUE",
    "ARRAY", "AS", "ASCII", "ASIN", "ATAN", "ATAN2", "BETWEEN", "BIN", "BIN_TO_UUID", "BINARY",
    "BIT_COUNT", "BIT_LENGTH", "BY", "CASE", "CAST", "CEIL", "CEILING", "CHAR", "CHAR_LENGTH",
    "CHARACTER", "CHARACTER_LENGTH", "CHECK", "CHR", "COALESCE", "COERCIBILITY", "COLLATE", "COLLATION",
    "COMPRESS", "CONCAT", "CONCAT_WS", "CONV", "CONVERT", "CONVERT_TZ", "COS", "COT", "CRC32", "CRC32C",
    "CURDATE", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "CURTIME", "DATE",
    "DATE_ADD", "DATE_FORMAT", "DATE_SUB", "DATEDIFF", "DATETIME", "DAY", "DAYNAME", "DAYOFMONTH",
    "DAYOFWEEK", "DAYOFYEAR", "DECIMAL", "DEFAULT", "DEGREES", "DIV", "DOUBLE", "ELSE", "ELT", "ENUM",
    "ESCAPE", "EXP", "EXPORT_SET", "EXTRACT", "EXTRACTVALUE", "FIELD", "FIND_IN_SET", "FLOAT", "FLOOR",
    "FORMAT", "FORMAT_BYTES", "FROM", "FROM_BASE64", "FROM_DAYS", "FROM_UNIXTIME", "FROM_VECTOR",
    "GEOMETRYCOLLECTION", "GREATEST", "GROUPING", "HEX", "HOUR", "IF", "IFNULL", "IN", "INET6_ATON",
    "INET6_NTOA", "INET_ATON", "INET_NTOA", "INSERT", "INSTR", "INTERVAL", "IS", "IS_IPV4",
    "IS_IPV4_COMPAT", "IS_IPV4_MAPPED", "IS_IPV6", "IS_UUID", "ISNULL", "JSON_ARRAY", "JSON_ARRAY_APPEND",
    "JSON_ARRAY_INSERT", "JSON_COMPACT", "JSON_CONTAINS", "JSON_CONTAINS_PATH", "JSON_DEPTH",
    "JSON_DETAILED", "JSON_EQUALS", "JSON_EXISTS", "JSON_EXTRACT", "JSON_INSERT", "JSON_KEYS",
    "JSON_LENGTH", "JSON_LOOSE", "JSON_MERGE", "JSON_MERGE_PATCH", "JSON_MERGE_PRESERVE",
    "JSON_NORMALIZE", "JSON_OBJECT", "JSON_OVERLAPS", "JSON_PRETTY", "JSON_QUERY", "JSON_QUOTE",
    "JSON_REMOVE", "JSON_REPLACE", "JSON_SCHEMA_VALID", "JSON_SCHEMA_VALIDATION_REPORT", "JSON_SEARCH",
    "JSON_SET", "JSON_STORAGE_FREE", "JSON_STORAGE_SIZE", "JSON_TYPE", "JSON_UNQUOTE", "JSON_VALID",
    "JSON_VALUE", "LAST_DAY", "LCASE", "LEAST", "LEFT", "LENGTH", "LENGTHB", "LIKE", "LINESTRING", "LN",
    "LOCALTIME", "LOCALTIMESTAMP", "LOCATE", "LOG", "LOG10", "LOG2", "LOWER", "LPAD", "LTRIM", "MAKE_SET",
    "MAKEDATE", "MAKETIME", "MBRCONTAINS", "MBRWITHIN", "MD5", "MICROSECOND", "MID", "MINUTE", "MOD",
    "MONTH", "MONTHNAME", "MULTILINESTRING", "MULTIPOINT", "MULTIPOLYGON", "NATURAL_SORT_KEY", "NCHAR",
    "NOT", "NOW", "NULL", "NULLIF", "NVL", "NVL2", "OCT", "OCTET_LENGTH", "OF", "OR", "ORD", "PERIOD_ADD",
    "PERIOD_DIFF", "PI", "POINT", "POLYGON", "POSITION", "POW", "POWER", "QUARTER", "QUOTE", "RADIANS",
    "RAND", "RANDOM_BYTES", "REAL", "REGEXP", "REGEXP_INSTR", "REGEXP_LIKE", "REGEXP_REPLACE",
    "REGEXP_SUBSTR", "REPEAT", "REPLACE", "REVERSE", "RIGHT", "RLIKE", "ROUND", "ROW", "RPAD", "RTRIM",
    "SEC_TO_TIME", "SECOND", "SFORMAT", "SHA", "SHA1", "SHA2", "SIGN", "SIGNED", "SIN", "SOUNDEX",
    "SPACE", "SQRT", "ST_AREA", "ST_ASGEOJSON", "ST_ASTEXT", "ST_ASWKB", "ST_ASWKT", "ST_CENTROID",
    "ST_CONTAINS", "ST_DISTANCE", "ST_DISTANCE_SPHERE", "ST_ENVELOPE", "ST_GEOMETRYTYPE",
    "ST_GEOMFROMGEOJSON", "ST_GEOMFROMTEXT", "ST_GEOMFROMWKB", "ST_ISVALID", "ST_LATITUDE", "ST_LENGTH",
    "ST_LONGITUDE", "ST_POINTFROMTEXT", "ST_SRID", "ST_WITHIN", "ST_X", "ST_Y", "STR_TO_DATE", "STRCMP",
    "STRING_TO_VECTOR", "SUBDATE", "SUBSTR", "SUBSTRING", "SUBSTRING_INDEX", "SUBTIME", "SYS_GUID",
    "SYSDATE", "TAN", "THEN", "TIME", "TIME_FORMAT", "TIME_TO_SEC", "TIMEDIFF", "TIMESTAMP",
    "TIMESTAMPADD", "TIMESTAMPDIFF", "TO_BASE64", "TO_CHAR", "TO_DAYS", "TO_SECONDS", "TO_VECTOR", "TRIM",
    "TRUNCATE", "UCASE", "UNCOMPRESS", "UNCOMPRESSED_LENGTH", "UNHEX", "UNIX_TIMESTAMP", "UNSIGNED",
    "UPPER", "USER", "USING", "UTC_DATE", "UTC_TIME", "UTC_TIMESTAMP", "UUID", "UUID_SHORT",
    "UUID_TO_BIN", "UUID_V4", "UUID_V7", "VALUE", "VALUES", "VARBINARY", "VARCHAR", "VEC_DISTANCE",
    "VEC_FROMTEXT", "VEC_TOTEXT", "VECTOR", "VECTOR_DIM", "VECTOR_TO_STRING", "VERSION", "WEEK",
    "WEEKDAY", "WEEKOFYEAR", "WEIGHT_STRING", "WHEN", "XOR", "YEAR", "YEARWEEK",
    /* clang-format on */
};

static int compare(const void *name, const void *entry)
{
    return strcasecmp(name, *(const char *const *)entry);
}

static bool is_known(const char *name)
{
    return bsearch(name, known, sizeof known / sizeof known[0], sizeof known[0], compare) != NULL;
}

/* Whether an expression follows. Before that "(" comes after names and types. */
static bool begins_expression(const struct mlk_token *token)
{
    return mlk_token_is(token, "DEFAULT") || mlk_token_is(token, "AS") || mlk_token_is(token, "CHECK") ||
           mlk_token_is(token, "UPDATE");
}

/* REFERENCES [schema.]table before the "(" at i. */
static bool is_parent(const struct mlk_token *tokens, size_t i)
{
    if (i >= 4 && mlk_token_mark(&tokens[i - 2], '.'))
        i -= 2;
    return i >= 2 && mlk_token_is(&tokens[i - 2], "REFERENCES");
}

bool mlk_clause_calls_known(const struct mlk_token *tokens, size_t count, char *why, size_t why_size)
{
    char name[MLK_IDENT_MAX + 1] = "", text[65];
    bool inside = false;
    int depth = 0;

    for (size_t i = 0; i < count; i++) {
        const struct mlk_token *token = &tokens[i];
        bool call = i > 0 && inside && mlk_token_mark(token, '(');

        if (inside && token->depth <= depth && mlk_token_mark(token, ','))
            inside = false;
        if (call && (tokens[i - 1].kind == MLK_TOKEN_WORD || tokens[i - 1].kind == MLK_TOKEN_NAME) &&
            !is_parent(tokens, i)) {
            bool plain =
                tokens[i - 1].kind == MLK_TOKEN_WORD && (i < 2 || !mlk_token_mark(&tokens[i - 2], '.'));

            if (!mlk_token_name(&tokens[i - 1], name, sizeof name) || !plain || !is_known(name)) {
                mlk_printable(text, sizeof text, name, strlen(name));
                snprintf(why, why_size,
                         "it calls a function that is not known to do nothing but give a value: %s", text);
                return false;
            }
        }
        if (!inside && (begins_expression(token) ||
                        (i > 0 && mlk_token_mark(token, '(') && mlk_token_mark(&tokens[i - 1], '(')))) {
            inside = true;
            depth = token->depth;
        }
    }
    return true;
}
