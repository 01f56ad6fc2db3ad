/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Four bytes at each address choose a bit that tells whether a string of ours may begin
 * there; where one may, a hash table of their first eight bytes says which.
 */
#include "scan.h"

#include "support/ut.h"

#include <fcntl.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BITS    20
#define PIECE   (1u << 20)
#define PRESENT (UINT64_C(3) << 62) /* of a page: in memory, or swapped */

struct qt_scan {
    GArray *needles;
    GHashTable *heads; /* first eight bytes: number of the last + 1 */
    GArray *before;    /* the same for the one before with these bytes */
    uint64_t maybe[(1u << BITS) / 64]; /* by four bytes */
    int memory, pages;                 /* of the process */
    size_t page;
    const char *mapping;
    uint8_t buffer[PIECE + QT_SCAN_BYTES];
};

struct qt_scan *qt_scan_new(void)
{
    struct qt_scan *scan = g_new0(struct qt_scan, 1);

    scan->needles = g_array_new(FALSE, FALSE, sizeof(struct qt_needle));
    scan->heads = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    scan->before = g_array_new(FALSE, FALSE, sizeof(guint));
    scan->page = (size_t)sysconf(_SC_PAGESIZE);
    return scan;
}

void qt_scan_free(struct qt_scan *scan)
{
    if (scan) {
        g_array_unref(scan->needles);
        g_hash_table_unref(scan->heads);
        g_array_unref(scan->before);
        g_free(scan);
    }
}

static uint32_t slot_of(const uint8_t *bytes)
{
    uint32_t word;

    memcpy(&word, bytes, sizeof(word));
    return word * UINT32_C(0x9e3779b1) >> (32 - BITS);
}

void qt_scan_add(struct qt_scan *scan, unsigned owner, const char *what,
                 const uint8_t *bytes)
{
    struct qt_needle needle = { .owner = owner, .what = what };
    uint32_t slot = slot_of(bytes);
    gint64 *head = g_new(gint64, 1);
    guint before;

    memcpy(needle.bytes, bytes, sizeof(needle.bytes));
    memcpy(head, bytes, sizeof(*head));
    g_array_append_val(scan->needles, needle);
    before = GPOINTER_TO_UINT(g_hash_table_lookup(scan->heads, head));
    g_array_append_val(scan->before, before);
    g_hash_table_insert(scan->heads, head, GUINT_TO_POINTER(scan->needles->len));
    scan->maybe[slot / 64] |= UINT64_C(1) << slot % 64;
}

void qt_scan_add_all(struct qt_scan *scan, unsigned owner, const char *what,
                     const uint8_t *bytes, size_t len)
{
    for (size_t at = 0; at + QT_SCAN_BYTES <= len; at += 8) {
        qt_scan_add(scan, owner, what, bytes + at);
    }
    if (len > QT_SCAN_BYTES && len % 8) {
        qt_scan_add(scan, owner, what, bytes + len - QT_SCAN_BYTES);
    }
}

struct qt_needle *qt_scan_needles(struct qt_scan *scan, unsigned *n)
{
    *n = scan->needles->len;
    return (struct qt_needle *)(void *)scan->needles->data;
}

static void found(struct qt_scan *scan, struct qt_needle *needle, uint64_t address)
{
    if (!needle->found++) {
        needle->address = address;
        g_strlcpy(needle->mapping, scan->mapping, sizeof(needle->mapping));
    }
}

static void look_up(struct qt_scan *scan, const uint8_t *at, uint64_t address)
{
    gint64 head;
    guint n;

    memcpy(&head, at, sizeof(head));
    n = GPOINTER_TO_UINT(g_hash_table_lookup(scan->heads, &head));
    while (n) {
        struct qt_needle *needle =
            &g_array_index(scan->needles, struct qt_needle, n - 1);

        if (memcmp(needle->bytes, at, QT_SCAN_BYTES) == 0) {
            found(scan, needle, address);
        }
        n = g_array_index(scan->before, guint, n - 1);
    }
}

static void look_at(struct qt_scan *scan, size_t len, uint64_t address)
{
    for (size_t i = 0; i + QT_SCAN_BYTES <= len; i++) {
        uint32_t slot = slot_of(scan->buffer + i);

        if (scan->maybe[slot / 64] >> slot % 64 & 1) {
            look_up(scan, scan->buffer + i, address + i);
        }
    }
}

/* Pages that are there, one after the other; returns how many bytes could be read. */
static uint64_t scan_pages(struct qt_scan *scan, uint64_t begin, uint64_t end)
{
    uint64_t at = begin, bytes = 0;
    size_t kept = 0;

    while (at < end) {
        size_t want = MIN(end - at, PIECE);
        ssize_t n = pread(scan->memory, scan->buffer + kept, want, (off_t)at);

        if (n <= 0) {
            break;
        }
        look_at(scan, kept + (size_t)n, at - kept);
        bytes += (size_t)n;
        at += (size_t)n;
        /* What begins in the last bytes ends in the next ones. */
        n += (ssize_t)kept;
        kept = MIN((size_t)n, QT_SCAN_BYTES - 1);
        memmove(scan->buffer, scan->buffer + n - kept, kept);
    }
    return bytes;
}

/* Looks at those of some pages that are there; most of what is mapped is not. */
static uint64_t scan_present(struct qt_scan *scan, uint64_t begin,
                             const uint64_t *entries, size_t n)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < n; i++) {
        size_t first = i;

        while (i < n && entries[i] & PRESENT) {
            i++;
        }
        if (i > first) {
            bytes +=
                scan_pages(scan, begin + first * scan->page, begin + i * scan->page);
        }
    }
    return bytes;
}

static uint64_t scan_mapping(struct qt_scan *scan, uint64_t begin, uint64_t end)
{
    size_t n = (size_t)((end - begin) / scan->page);
    g_autofree uint64_t *entries = g_new(uint64_t, n);
    size_t size = n * sizeof(*entries);

    if (pread(scan->pages, entries, size,
              (off_t)(begin / scan->page * sizeof(*entries))) != (ssize_t)size) {
        UT_FAIL_FATAL("cannot read which pages are there");
    }
    return scan_present(scan, begin, entries, n);
}

static void forget_what_was_found(struct qt_scan *scan)
{
    for (guint i = 0; i < scan->needles->len; i++) {
        g_array_index(scan->needles, struct qt_needle, i).found = 0;
    }
}

static uint64_t scan_line(struct qt_scan *scan, const char *line, const char *except)
{
    uint64_t begin, end;
    char writable;
    int name = 0;

    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*c%c%*s %*s %*s %*s %n", &begin, &end,
               &writable, &name) != 3 ||
        strstr(line + name, "[vsyscall]")) {
        return 0;
    }
    /* Nobody put anything there since it was loaded. */
    if (line[name] == '/' && writable != 'w') {
        return 0;
    }
    g_autofree char *path = g_strdup(line + name);

    if (g_str_has_suffix(path, " (deleted)")) {
        path[strlen(path) - strlen(" (deleted)")] = '\0';
    }
    if (g_str_has_suffix(path, except)) {
        return 0;
    }
    scan->mapping = *path ? path : "anonymous";
    return scan_mapping(scan, begin, end);
}

static int open_of(pid_t pid, const char *name)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        UT_FAIL_FATAL("cannot open %s", path);
    }
    return fd;
}

uint64_t qt_scan_run(struct qt_scan *scan, pid_t pid, const char *except)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/maps", (int)pid);
    g_autofree char *text = NULL;
    uint64_t bytes = 0;

    forget_what_was_found(scan);
    UT_TRUE_FATAL(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    scan->memory = open_of(pid, "mem");
    scan->pages = open_of(pid, "pagemap");
    for (unsigned i = 0; lines[i]; i++) {
        bytes += scan_line(scan, lines[i], except);
    }
    close(scan->memory);
    close(scan->pages);
    return bytes;
}
