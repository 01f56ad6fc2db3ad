/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include "identity.h"
#include "qapi/qapi-commands-control.h"

#include "vcrypto-identity.h" /* generated: VCRYPTO_BUILT_FOR_* */

/* The first is for whoever has it from packages, the second for whoever has not. */
#define REMEDY                                                                         \
    "run virtio-crypto-build, or scripts/build in the source of qemu-virtio-crypto"

static const char built_for_version[] = VCRYPTO_BUILT_FOR_VERSION;
static const char built_for_build_id[] = VCRYPTO_BUILT_FOR_BUILD_ID;

struct build_id {
    char hex[129];
};

static void to_hex(const unsigned char *bytes, size_t n, struct build_id *id)
{
    for (size_t i = 0; i < n && i < (sizeof(id->hex) - 1) / 2; i++) {
        snprintf(id->hex + 2 * i, 3, "%02x", bytes[i]);
    }
}

static bool find_in_notes(const char *notes, size_t size, struct build_id *id)
{
    while (size >= sizeof(ElfW(Nhdr))) {
        const ElfW(Nhdr) *note = (const void *)notes;
        size_t name = ROUND_UP(note->n_namesz, 4), desc = ROUND_UP(note->n_descsz, 4);
        const char *body = notes + sizeof(*note);

        if (name > size - sizeof(*note) || desc > size - sizeof(*note) - name) {
            return false;
        }
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == sizeof(ELF_NOTE_GNU) &&
            memcmp(body, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0) {
            to_hex((const unsigned char *)body + name, note->n_descsz, id);
            return true;
        }
        notes = body + name + desc;
        size -= sizeof(*note) + name + desc;
    }
    return false;
}

/* dl_iterate_phdr callback: the executable is what it calls first. */
static int find_build_id(struct dl_phdr_info *info, size_t size, void *opaque)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];

        if (header->p_type == PT_NOTE &&
            find_in_notes((const char *)(info->dlpi_addr + header->p_vaddr),
                          header->p_memsz, opaque)) {
            break;
        }
    }
    return 1;
}

/* The version as --version prints it; the caller frees it. */
static char *running_version(void)
{
    VersionInfo *info = qmp_query_version(NULL);
    const char *package = info->package && *info->package ? info->package : NULL;
    char *text =
        g_strdup_printf("%" PRId64 ".%" PRId64 ".%" PRId64 "%s%s%s", info->qemu->major,
                        info->qemu->minor, info->qemu->micro, package ? " (" : "",
                        package ? package : "", package ? ")" : "");

    qapi_free_VersionInfo(info);
    return text;
}

const char *vcrypto_identity_version(void)
{
    return built_for_version;
}

const char *vcrypto_identity_build_id(void)
{
    return built_for_build_id;
}

const char *vcrypto_identity_file(void)
{
    Dl_info info;

    return dladdr(built_for_version, &info) && info.dli_fname ? info.dli_fname
                                                              : "this plugin";
}

bool vcrypto_identity_check(char *message, size_t size)
{
    g_autofree char *version = running_version();
    struct build_id id = { "" };

    if (strcmp(version, built_for_version) != 0) {
        snprintf(message, size, "%.200s is for QEMU %s and this is %s; " REMEDY,
                 vcrypto_identity_file(), built_for_version, version);
        return false;
    }
    dl_iterate_phdr(find_build_id, &id);
    if (strcmp(id.hex, built_for_build_id) != 0) {
        snprintf(message, size,
                 "%.200s is for another build (%s) of QEMU %s than this (%s); " REMEDY,
                 vcrypto_identity_file(), built_for_build_id, version,
                 *id.hex ? id.hex : "no build-id");
        return false;
    }
    return true;
}
