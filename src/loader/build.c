/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build.h"
#include "executable.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MEND "run as root: virtio-crypto-build"

/* Beside the folder that the loader lies in. */
#define BUILDS "qemu-virtio-crypto"
#define PLUGIN "virtio-crypto-openssl.so"

/* The folder, the folder in it for one build, and the file in that. */
enum { FOLDER, BUILD, FILE_ITSELF, PARTS };

struct place {
    char part[PARTS][PATH_MAX];
};

/* Takes the last part of @path off; false if there was none. */
static bool parent(char *path)
{
    char *slash = strrchr(path, '/');

    if (!slash || slash == path) {
        return false;
    }
    *slash = '\0';
    return true;
}

static bool find_place(const char *loader, const char *build_id, struct place *place)
{
    char base[PATH_MAX];

    if (!realpath(loader, base) || !parent(base) || !parent(base)) {
        return false;
    }
    return snprintf(place->part[FOLDER], PATH_MAX, "%s/" BUILDS, base) < PATH_MAX &&
           snprintf(place->part[BUILD], PATH_MAX, "%s/" BUILDS "/%s", base, build_id) <
               PATH_MAX &&
           snprintf(place->part[FILE_ITSELF], PATH_MAX, "%s/" BUILDS "/%s/" PLUGIN,
                    base, build_id) < PATH_MAX;
}

/* What to do about @error, where a part of the place cannot be looked at. */
static const char *remedy(int error)
{
    return error == EACCES ? "let the user that runs QEMU read it"
                           : "build it anew, " MEND;
}

/* Whoever may write there would have his code run in every machine of the host. */
static bool check_rights(const struct place *place, char reason[VCRYPTO_REASON])
{
    for (unsigned i = 0; i < PARTS; i++) {
        const char *path = place->part[i];
        struct stat st;

        if (stat(path, &st) != 0) {
            snprintf(reason, VCRYPTO_REASON, "%s: %s; %s", path, strerror(errno),
                     remedy(errno));
            return false;
        }
        if (i == FILE_ITSELF && !S_ISREG(st.st_mode)) {
            snprintf(reason, VCRYPTO_REASON,
                     "%s is no file; remove it and build it anew, " MEND, path);
            return false;
        }
        if (st.st_mode & S_IWOTH) {
            snprintf(
                reason, VCRYPTO_REASON,
                "%s may be written by everybody, so nothing is loaded from it; look "
                "at what is in it, and take the right away: chmod o-w %s",
                path, path);
            return false;
        }
    }
    return true;
}

static bool open_build(const char *path, struct vcrypto_build *build,
                       char reason[VCRYPTO_REASON])
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const int *api;

    if (!handle) {
        snprintf(
            reason, VCRYPTO_REASON,
            "%s cannot be loaded: %s; install what is missing, or build it anew, " MEND,
            path, dlerror());
        return false;
    }
    api = dlsym(handle, "qemu_plugin_version");
    build->install = (vcrypto_plugin_install *)dlsym(handle, "qemu_plugin_install");
    if (!api || !build->install) {
        snprintf(reason, VCRYPTO_REASON,
                 "%s is no plugin of QEMU's; build it anew, " MEND, path);
        return false;
    }
    build->api = *api;
    return true;
}

static void say_none(const char *loader, const char *build_id,
                     const struct place *place, char reason[VCRYPTO_REASON])
{
    char version[VCRYPTO_VERSION];

    vcrypto_executable_version(version);
    if (*build_id) {
        snprintf(
            reason, VCRYPTO_REASON,
            "%s has no build for QEMU %s with build-id %s in %s; to make one, " MEND,
            loader, version, build_id, place->part[FOLDER]);
    } else {
        snprintf(
            reason, VCRYPTO_REASON,
            "QEMU %s has no build-id, by which %s finds its build; use a QEMU of your "
            "distribution's",
            version, loader);
    }
}

bool vcrypto_build_load(const char *loader, struct vcrypto_build *build,
                        char reason[VCRYPTO_REASON])
{
    char build_id[VCRYPTO_BUILD_ID];
    struct place place;
    struct stat st;

    vcrypto_executable_build_id(build_id);
    if (!find_place(loader, build_id, &place)) {
        snprintf(
            reason, VCRYPTO_REASON,
            "%s does not say where builds are; install it again, and name it by its "
            "path",
            loader);
        return false;
    }
    if (!*build_id || (stat(place.part[FILE_ITSELF], &st) != 0 && errno == ENOENT)) {
        say_none(loader, build_id, &place, reason);
        return false;
    }
    return check_rights(&place, reason) &&
           open_build(place.part[FILE_ITSELF], build, reason);
}
