/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a device of ours is what docs/migration.md says, and behind it what QEMU
 * saves of every virtio device. Ours is first, so that what this side cannot keep is
 * said before QEMU finds that, say, there are other interrupt vectors.
 */
#include "migration.h"

#include "migration/qemu-file-types.h"
#include "migration/vmstate.h"
#include "qemu/error-report.h"

#include "vcrypto/state.h"

static VCryptoDevice *device_of(void *vdev)
{
    return vcrypto_backend_object_of(VIRTIO_CRYPTO(vdev)->conf.cryptodev)->device;
}

static bool sink(void *opaque, const void *bytes, size_t len)
{
    QEMUFile *file = opaque;

    qemu_put_buffer(file, bytes, len);
    return !qemu_file_get_error(file);
}

static bool source(void *opaque, void *bytes, size_t len)
{
    QEMUFile *file = opaque;

    return qemu_get_buffer(file, bytes, len) == len && !qemu_file_get_error(file);
}

static int put_crypto(QEMUFile *file, void *vdev, size_t size,
                      const VMStateField *field, JSONWriter *description)
{
    VCryptoDevice *device = device_of(vdev);
    struct vcrypto_state_device state;

    vcrypto_device_save(device, &state);
    return vcrypto_backend_save(device->backend->core, &state, sink, file) ? 0 : -EIO;
}

static int get_crypto(QEMUFile *file, void *vdev, size_t size,
                      const VMStateField *field)
{
    VCryptoDevice *device = device_of(vdev);
    struct vcrypto_state_device state;
    char why[VCRYPTO_STATE_MESSAGE];

    vcrypto_device_save(device, &state);
    if (!vcrypto_backend_load(device->backend->core, &state, source, file, why,
                              sizeof(why))) {
        error_report("virtio-crypto-openssl: %s: %s",
                     vcrypto_backend_object_name(device->backend), why);
        return -EINVAL;
    }
    vcrypto_device_load(device, &state);
    return 0;
}

static const VMStateInfo crypto_info = {
    .name = "virtio-crypto-openssl",
    .get = get_crypto,
    .put = put_crypto,
};

/*
 * QEMU does not wipe the buffers that streams go through. What comes behind the keys
 * takes their place there: as much as one of them holds.
 */

#define FILE_BUFFER 32768
#define PART        4096

static int put_zeros(QEMUFile *file, void *vdev, size_t size, const VMStateField *field,
                     JSONWriter *description)
{
    static const uint8_t zeros[PART];

    for (size_t done = 0; done < FILE_BUFFER; done += PART) {
        qemu_put_buffer(file, zeros, PART);
    }
    return 0;
}

static int get_zeros(QEMUFile *file, void *vdev, size_t size, const VMStateField *field)
{
    uint8_t part[PART];

    for (size_t done = 0; done < FILE_BUFFER; done += PART) {
        if (qemu_get_buffer(file, part, PART) != PART) {
            return -EIO;
        }
    }
    return 0;
}

static const VMStateInfo zeros_info = {
    .name = "zeros",
    .get = get_zeros,
    .put = put_zeros,
};

/* QEMU's own description of the same asks the class for the version. */

#define VIRTIO_VERSION 1

static int put_virtio(QEMUFile *file, void *vdev, size_t size,
                      const VMStateField *field, JSONWriter *description)
{
    return virtio_save(vdev, file);
}

static int get_virtio(QEMUFile *file, void *vdev, size_t size,
                      const VMStateField *field)
{
    return virtio_load(vdev, file, VIRTIO_VERSION);
}

static const VMStateInfo virtio_info = {
    .name = "virtio",
    .get = get_virtio,
    .put = put_virtio,
};

/* Not the name of the stock description: none may be taken for the other. */
static const VMStateDescription ours = {
    .name = "virtio-crypto-openssl",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields =
        (VMStateField[]){
            { .name = "crypto", .info = &crypto_info, .flags = VMS_SINGLE },
            { .name = "zeros", .info = &zeros_info, .flags = VMS_SINGLE },
            { .name = "virtio", .info = &virtio_info, .flags = VMS_SINGLE },
            VMSTATE_END_OF_LIST(),
        },
};

static const VMStateDescription *stock;

void vcrypto_migration_takeover(DeviceClass *dc)
{
    stock = dc->vmsd;
    dc->vmsd = NULL;
}

static const VMStateDescription *description_of(bool is_ours)
{
    return is_ours ? &ours : stock;
}

bool vcrypto_migration_allowed(DeviceState *dev, bool is_ours, Error **errp)
{
    if (vmstate_check_only_migratable(description_of(is_ours))) {
        return true;
    }
    error_setg(errp, "Device %s is not migratable, but --only-migratable was specified",
               object_get_typename(OBJECT(dev)));
    return false;
}

bool vcrypto_migration_register(DeviceState *dev, bool is_ours, Error **errp)
{
    const VMStateDescription *description = description_of(is_ours);

    return !description ||
           vmstate_register_with_alias_id(VMSTATE_IF(dev), VMSTATE_INSTANCE_ID_ANY,
                                          description, dev, dev->instance_id_alias,
                                          dev->alias_required_for_version, errp) >= 0;
}

void vcrypto_migration_unregister(DeviceState *dev, bool is_ours)
{
    if (description_of(is_ours)) {
        vmstate_unregister(VMSTATE_IF(dev), description_of(is_ours), dev);
    }
}
