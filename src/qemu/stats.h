/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What QEMU's query-stats tells of our backends, where it tells of backends at all. */
#ifndef VCRYPTO_QEMU_STATS_H
#define VCRYPTO_QEMU_STATS_H

/* vcrypto_stats_add: from now on it tells what was done; once, and after the class of
 * all backends has registered its own part. Main loop, with the big lock. */
void vcrypto_stats_add(void);

#endif
