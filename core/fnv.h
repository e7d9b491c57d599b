/* SPDX-License-Identifier: GPL-2.0-only */
/* FNV-1a, 64 bits: draft-eastlake-fnv, section 2. For digests that nobody is out to forge. */
#ifndef MLK_CORE_FNV_H
#define MLK_CORE_FNV_H

#include <stdint.h>

#define MLK_FNV_BEGIN UINT64_C(0xcbf29ce484222325)

static inline uint64_t mlk_fnv_add(uint64_t hash, unsigned char byte)
{
    return (hash ^ byte) * UINT64_C(0x100000001b3);
}

#endif
