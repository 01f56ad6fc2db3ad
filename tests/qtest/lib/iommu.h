/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A virtual IOMMU (-device intel-iommu,intremap=off) that is at work. */
#ifndef QT_IOMMU_H
#define QT_IOMMU_H

#include "pci.h"

/**
 * qt_iommu_start() - put one device behind the IOMMU
 *
 * Its addresses, the first 4 GiB, translate to themselves; other devices are not
 * translated. Takes guest memory, which the IOMMU reads from then on.
 */
void qt_iommu_start(const struct qt_pci *translated);

#endif
