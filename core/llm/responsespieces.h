// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace orrery::llm {

/// A text within an item of the Responses API that is streamed in pieces, and once more as a whole.
struct ResponsesPiece {
    std::string_view delta; ///< type of the event with a piece, its member `delta`
    std::string_view done;  ///< type of the event with all of it, in the member `member`
    const char *itemType;
    const char *list;  ///< of parts; null = a member of the item itself
    const char *index; ///< member of the event with the place in the list
    const char *partType;
    const char *member;

    bool isThinking() const { return std::string_view(itemType) == "reasoning"; }
};
std::span<const ResponsesPiece> responsesPieces();

/// The text in an item; the item and its parts are made as far as they are not there.
std::string &textOfPiece(Json &item, const ResponsesPiece &piece, std::int64_t index);

} // namespace orrery::llm
