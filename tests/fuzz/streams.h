// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/streamdecode.h"
#include "core/model/boundedjson.h"
#include "tests/fuzz/fuzz.h"

#include <vector>

namespace orrery::fuzz {

using Events = std::vector<llm::StreamEvent>;

/// The events of a stream that comes in pieces of one size.
inline Events decodeInPieces(std::string_view bytes, std::size_t piece, llm::WireForm form,
                             llm::Framing framing)
{
    llm::StreamDecoder decoder(form, framing);
    Events events;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
        decoder.feed(bytes.substr(0, piece), events);
    decoder.finish(events);
    return events;
}

/// The events by way of a tree for every chunk.
template <typename Frames>
Events decodeByTrees(std::string_view bytes, llm::WireForm form)
{
    Frames frames;
    Events events;
    frames.add(bytes);
    frames.finish();
    for (std::string_view data; frames.next(data);) {
        const Json json = parseBounded(data);
        if constexpr (std::is_same_v<Frames, llm::SseFrames>) {
            if (data == "[DONE]")
                events.push_back({llm::StreamEvent::Kind::Finish, "stop", {}, {}});
        } else if (!json.is_object()) {
            frames.refuse();
        }
        if (json.is_object())
            llm::decodeChunk(llm::TreeValue(json), form, events);
    }
    std::erase_if(events, [](const llm::StreamEvent &event) {
        return event.kind == llm::StreamEvent::Kind::Unknown;
    });
    return events;
}

/// What must hold for every stream.
template <typename Frames>
void checkStream(Input input, llm::Framing framing)
{
    const llm::WireForm form = input.form();
    const std::size_t piece = 1 + input.byte();
    const std::string_view bytes = input.rest();
    const Events whole =
        decodeInPieces(bytes, std::max<std::size_t>(bytes.size(), 1), form, framing);
    require(whole == decodeInPieces(bytes, piece, form, framing), "pieces do not matter");
    require(whole == decodeInPieces(bytes, 1, form, framing), "single bytes do not matter");
    require(whole == decodeByTrees<Frames>(bytes, form), "the tree gives the same events");
    llm::StreamAssembler assembler(form);
    for (const llm::StreamEvent &event : whole) {
        assembler.add(event);
        require(!toJson(event).dump().empty(), "an event can be written");
    }
    if (const auto message = assembler.take())
        require(!toJson(*message).dump().empty(), "a message can be written");
}

} // namespace orrery::fuzz
