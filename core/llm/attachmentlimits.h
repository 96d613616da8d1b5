// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelprofile.h"
#include "core/model/attachmentlimits.h"

namespace orrery::llm {

/// What a model takes of pictures and documents: its kinds from the profile, sizes as its provider documents them. A
/// provider that is not in the table has no limit of its own.
AttachmentLimits attachmentLimitsOf(const ModelProfile &profile);

} // namespace orrery::llm
