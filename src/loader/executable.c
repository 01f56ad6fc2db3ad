/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "executable.h"

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Begins what QEMU prints for --version, and so stands among its constants. */
static const char version_begins[] = "QEMU emulator version ";

struct bytes {
    const char *at;
    size_t len;
};

/*
 * What @header says, if all of it lies in memory that the executable was loaded to for
 * reading; nothing otherwise.
 */
static struct bytes loaded(const struct dl_phdr_info *info, const ElfW(Phdr) * header)
{
    const struct bytes none = { NULL, 0 };

    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *load = &info->dlpi_phdr[i];

        if (load->p_type == PT_LOAD && load->p_flags & PF_R &&
            header->p_vaddr >= load->p_vaddr &&
            header->p_vaddr - load->p_vaddr <= load->p_filesz &&
            header->p_filesz <= load->p_filesz - (header->p_vaddr - load->p_vaddr)) {
            return (struct bytes){ (const char *)(info->dlpi_addr + header->p_vaddr),
                                   header->p_filesz };
        }
    }
    return none;
}

static bool to_hex(const unsigned char *bytes, size_t n, char hex[VCRYPTO_BUILD_ID])
{
    if (!n || n > (VCRYPTO_BUILD_ID - 1) / 2) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    }
    return true;
}

/* Bytes of @size and what fills them up to @align, or SIZE_MAX. */
static size_t padded(size_t size, size_t align)
{
    return size > SIZE_MAX / 2 ? SIZE_MAX : (size + align - 1) / align * align;
}

static bool find_in_notes(struct bytes notes, size_t align, char hex[VCRYPTO_BUILD_ID])
{
    ElfW(Nhdr) note;

    while (notes.len >= sizeof(note)) {
        size_t desc, next;

        memcpy(&note, notes.at, sizeof(note));
        desc = padded(sizeof(note) + (size_t)note.n_namesz, align);
        if (desc > notes.len || note.n_descsz > notes.len - desc) {
            return false;
        }
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(ELF_NOTE_GNU) &&
            memcmp(notes.at + sizeof(note), ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0) {
            return to_hex((const unsigned char *)notes.at + desc, note.n_descsz, hex);
        }
        next = padded(desc + note.n_descsz, align);
        if (next > notes.len) {
            return false;
        }
        notes.at += next;
        notes.len -= next;
    }
    return false;
}

static bool find_version(struct bytes constants, char version[VCRYPTO_VERSION])
{
    const size_t len = sizeof(version_begins) - 1;
    const char *at =
        constants.len ? memmem(constants.at, constants.len, version_begins, len) : NULL;
    size_t room, n = 0;

    if (!at) {
        return false;
    }
    at += len;
    room = constants.len - (size_t)(at - constants.at);
    while (n < room && n < VCRYPTO_VERSION - 1 && at[n] >= ' ' && at[n] <= '~') {
        version[n] = at[n];
        n++;
    }
    version[n] = '\0';
    return n > 0;
}

/* dl_iterate_phdr callbacks: the executable is what it calls first. */
static int read_build_id(struct dl_phdr_info *info, size_t size, void *build_id)
{
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];

        if (header->p_type == PT_NOTE &&
            find_in_notes(loaded(info, header), header->p_align == 8 ? 8 : 4,
                          build_id)) {
            break;
        }
    }
    return 1;
}

static int read_version(struct dl_phdr_info *info, size_t size, void *version)
{
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];

        if (header->p_type == PT_LOAD && !(header->p_flags & PF_W) &&
            find_version(loaded(info, header), version)) {
            break;
        }
    }
    return 1;
}

void vcrypto_executable_build_id(char build_id[VCRYPTO_BUILD_ID])
{
    *build_id = '\0';
    dl_iterate_phdr(read_build_id, build_id);
}

void vcrypto_executable_version(char version[VCRYPTO_VERSION])
{
    snprintf(version, VCRYPTO_VERSION, "of unknown version");
    dl_iterate_phdr(read_version, version);
}
