// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelprofile.h"
#include "core/model/message.h"

#include <cstdint>
#include <string_view>

namespace orrery::llm {

/// What a picture of so many pixels costs a model, by its provider's rule (the sources stand with the rules). For
/// models whose rule is not known an estimate that is rather too high. `detail` as in OpenAI's form: low, high, auto or empty.
std::int64_t pictureTokens(const ModelProfile &profile, std::uint32_t width, std::uint32_t height,
                           std::string_view detail = {});

/// What a part of a message costs besides its text: 0 for text and for what the model does not get. A picture whose size is
/// not known counts as the largest, a document by its pages, or by its bytes when they are not known.
std::int64_t partTokens(const ContentPart &part, const ModelProfile &profile);

/// What all parts of a message cost besides its text.
std::int64_t attachedTokens(const Message &message, const ModelProfile &profile);

} // namespace orrery::llm
