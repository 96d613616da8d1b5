// SPDX-License-Identifier: GPL-3.0-or-later
// Files to attach: the side to fit, the file.
#include "core/media/attachment.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    using namespace orrery;
    fuzz::Input input(data, size);
    const std::uint32_t side = 64 + input.byte();
    auto attachment = media::attachmentOf("a", std::string(input.rest()));
    if (!attachment)
        return 0;
    fuzz::require(attachment->isPicture() == attachment->size.isKnown(),
                  "a picture has a size and a document has none");
    const ContentPart part = media::partOf(*attachment);
    fuzz::require(part.content.size() == (attachment->bytes.size() + 2) / 3 * 4,
                  "all of it is coded");
    const std::uint64_t pixels = std::uint64_t(attachment->size.width) * attachment->size.height;
    if (pixels > 4'000'000)
        return 0; // takes long, and finds nothing more
    if (media::fitTo(*attachment, {true, true, 0, side, 0}))
        fuzz::require(attachment->size.width <= side || !attachment->isPicture(), "it fits");
    return 0;
}
