// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/flatjson.h"
#include "core/llm/provider.h"
#include "core/llm/streamevent.h"
#include "core/llm/treevalue.h"

#include <vector>

namespace orrery::llm {

/// The choice that counts when a server makes several: the one with index 0. Nothing when there is none.
template <typename Value>
Value firstChoice(Value chunk)
{
    Value found;
    if (const Value choices = chunk.at("choices"); choices.isArray())
        choices.each([&](Value choice) {
            if (!found.exists() && choice.at("index").count() == 0)
                found = choice;
        });
    return found;
}

/// Appends the events of one chunk, in the order in which they count. A chunk that says nothing is Unknown.
void decodeChunk(FlatValue chunk, WireForm form, std::vector<StreamEvent> &events);
void decodeChunk(TreeValue chunk, WireForm form, std::vector<StreamEvent> &events);
/// The same for an item of the frames, of which `{"$stream_done":R}` and `{"$stream_error":X}` stand for the ends of a
/// stream.
std::vector<StreamEvent> decodeChunk(const Json &item, WireForm form);

} // namespace orrery::llm
