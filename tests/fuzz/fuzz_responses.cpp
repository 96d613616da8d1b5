// SPDX-License-Identifier: GPL-3.0-or-later
// Answers in the form of OpenAI's Responses API, streamed or whole: size of the pieces, bytes.
#include "core/llm/replyreader.h"
#include "core/llm/responsesencode.h"
#include "core/llm/responsesreader.h"
#include "core/model/boundedjson.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <vector>

namespace {

using namespace orrery;

const llm::ResponsesTarget kTarget{"p", "m"};

struct Answer {
    Json reply; ///< or the error
    Message message;
    std::string text;
    std::string thinking;

    bool operator==(const Answer &) const = default;
};

/// Calls that came without an id get one that is new each time.
void forgetMadeIds(Message &message, std::string_view bytes)
{
    for (ToolCall &call : message.toolCalls)
        if (bytes.find(*call.id) == std::string_view::npos)
            call.id.reset();
}

Answer finished(Result<llm::ModelReply> reply, const std::vector<llm::ModelDelta> &deltas,
                std::string_view bytes)
{
    Answer answer;
    for (const llm::ModelDelta &delta : deltas) {
        answer.text += delta.text;
        answer.thinking += delta.thinking;
    }
    if (!reply) {
        answer.reply = reply.error().message;
        return answer;
    }
    answer.reply = {toJson(reply->usage), reply->rawUsage, reply->finishReason, reply->model,
                    toString(reply->ending)};
    answer.message = std::move(reply->message);
    forgetMadeIds(answer.message, bytes);
    return answer;
}

Answer readInPieces(std::string_view bytes, std::size_t piece)
{
    llm::ReplyReader::Expected expected;
    expected.profile.form = llm::WireForm::Responses;
    expected.profile.provider = kTarget.provider;
    expected.profile.model = kTarget.model;
    llm::ReplyReader reader(std::move(expected), "server");
    std::vector<llm::ModelDelta> deltas;
    for (std::string_view left = bytes; !left.empty();
         left.remove_prefix(std::min(piece, left.size())))
        reader.feed(left.substr(0, piece), deltas);
    return finished(reader.end(false, "closed"), deltas, bytes);
}

/// The same by way of a tree for every event.
Answer readByTrees(std::string_view bytes)
{
    llm::ResponsesReader reader("server", kTarget.provider, kTarget.model);
    llm::SseFrames frames;
    frames.add(bytes);
    frames.finish();
    std::vector<llm::ModelDelta> deltas(1);
    for (std::string_view data; !reader.complete() && frames.next(data);)
        if (const Json json = parseBounded(data); json.is_object())
            reader.add(llm::TreeValue(json), deltas.front());
    return finished(reader.take(), deltas, bytes);
}

/// And by way of the quick reader where it reads an event.
Answer readFlat(std::string_view bytes)
{
    llm::ResponsesReader reader("server", kTarget.provider, kTarget.model);
    llm::SseFrames frames;
    frames.add(bytes);
    frames.finish();
    llm::FlatJson flat;
    std::vector<llm::ModelDelta> deltas(1);
    for (std::string_view data; !reader.complete() && frames.next(data);) {
        if (flat.read(data))
            reader.add(flat.root(), deltas.front());
        else if (const Json json = parseBounded(data); json.is_object())
            reader.add(llm::TreeValue(json), deltas.front());
    }
    return finished(reader.take(), deltas, bytes);
}

void checkSending(const Message &message)
{
    std::string sent = "[";
    fuzz::require(llm::appendResponsesItems(sent, message, kTarget).has_value(), "it can be sent");
    const Json items = parseBounded(sent + "]", kDeepestOwnJson);
    fuzz::require(items.is_array(), "what is sent is a list", sent);
    for (const Json &item : items)
        fuzz::require(item.is_object(), "of objects", sent);
    const auto kept = messageFromJson(toJson(message));
    fuzz::require(kept && *kept == message, "a message can be kept");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    fuzz::Input input(data, size);
    const std::size_t piece = 1 + input.byte();
    const std::string_view bytes = input.rest();
    const Answer whole = readInPieces(bytes, std::max<std::size_t>(bytes.size(), 1));
    fuzz::require(whole == readInPieces(bytes, piece), "pieces do not matter");
    fuzz::require(whole == readInPieces(bytes, 1), "single bytes do not matter");
    fuzz::require(readByTrees(bytes) == readFlat(bytes), "both readers of JSON give the same");
    if (whole.message.role == Role::Assistant)
        checkSending(whole.message);
    return 0;
}
