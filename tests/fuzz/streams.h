// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/messagewriter.h"
#include "core/llm/replyreader.h"
#include "core/model/jsonwriter.h"
#include "tests/fuzz/fuzz.h"

#include <vector>

namespace orrery::fuzz {

/// What an agent makes of a stream that comes in pieces of one size.
inline Json replyInPieces(std::string_view bytes, std::size_t piece,
                          const llm::ModelProfile &profile)
{
    llm::ReplyReader::Expected expected;
    expected.profile = profile;
    llm::ReplyReader reader(std::move(expected), "host");
    std::vector<llm::ModelDelta> deltas;
    for (; !bytes.empty() && !reader.complete(); bytes.remove_prefix(std::min(piece, bytes.size())))
        reader.feed(bytes.substr(0, piece), deltas);
    const auto reply = reader.end(false, "the end");
    std::string text;
    for (const llm::ModelDelta &delta : deltas)
        text += delta.text;
    if (!reply)
        return {{"error", reply.error().code}, {"text", text}};
    Message message = reply->message;
    for (ToolCall &call : message.toolCalls)
        call.id.reset(); // may be made up anew each time
    return {{"message", toJson(message)}, {"usage", toJson(reply->usage)}, {"text", text}};
}

/// What must hold for every stream.
inline void checkStream(Input input)
{
    llm::ModelProfile profile;
    profile.form = input.form();
    const std::uint8_t options = input.byte();
    profile.thinkTags = options & 1;
    const std::size_t piece = 1 + input.byte();
    const std::string_view bytes = input.rest();
    const Json whole = replyInPieces(bytes, std::max<std::size_t>(bytes.size(), 1), profile);
    require(whole == replyInPieces(bytes, piece, profile), "pieces do not matter");
    require(whole == replyInPieces(bytes, 1, profile), "single bytes do not matter");
    std::string text;
    appendJson(text, whole);
    require(!Json::parse(text, nullptr, false).is_discarded(), "a message can be written");
    if (!whole.contains("message"))
        return;
    // It can be sent back to whoever made it.
    const auto message = messageFromJson(whole["message"]);
    require(message.has_value(), "a message can be read again");
    llm::MessageWriter writer(profile, llm::UnsignedThinking::LeaveOut);
    std::string body = "[";
    require(writer.append(body, *message, true).has_value(), "an answer can be sent back");
    body += body.size() > 1 ? writer.tail() : "";
    body += ']';
    require(Json::accept(body), "what is sent is JSON", body);
}

} // namespace orrery::fuzz
