// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>

namespace orrery {

/// What pictures and documents a model's server takes within a request. Bytes are those of the file, before they are
/// written as base64.
struct AttachmentLimits {
    bool pictures = false;
    bool documents = false; ///< PDF
    std::uint64_t pictureBytes = 0;
    std::uint32_t side = 0; ///< pixels of the longer side; 0 = any
    std::uint64_t documentBytes = 0;

    /// What both take; `pictures` and `documents` when one of them does, as the other is told what it misses.
    AttachmentLimits with(const AttachmentLimits &other) const
    {
        if (!other.pictures && !other.documents)
            return *this;
        if (!pictures && !documents)
            return other;
        const auto least = [](auto a, auto b) { return a == 0 ? b : b == 0 ? a : std::min(a, b); };
        return {pictures || other.pictures, documents || other.documents,
                least(pictureBytes, other.pictureBytes), least(side, other.side),
                least(documentBytes, other.documentBytes)};
    }
};

} // namespace orrery
