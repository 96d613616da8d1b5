// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/decode.h"

#include "core/llm/responsedecode.h"
#include "core/llm/streamdecode.h"
#include "core/llm/streamframes.h"

#include <cstdio>
#include <string>

using namespace orrery;

namespace {

int refuse(const std::string &why)
{
    std::fprintf(stderr, "orrery-cli: decode: %s\n", why.c_str());
    return 1;
}

int print(const Message &message, const std::string &finishReason)
{
    Json json = toJson(message);
    json["usage"] = message.metadata.value("usage", Json());
    json["finish_reason"] = finishReason.empty() ? Json() : Json(finishReason);
    std::puts(json.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
    return 0;
}

std::string readAll()
{
    std::string all;
    char buffer[65536];
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, stdin))
        all.append(buffer, count);
    return all;
}

/// What a server says instead of an answer; empty when it answers.
std::string errorIn(const Json &json)
{
    if (!json.is_object())
        return {};
    const auto error = json.find("error");
    if (error == json.end() || error->is_null())
        return {};
    if (error->is_object() && error->contains("message") && (*error)["message"].is_string())
        return (*error)["message"];
    return error->is_string() ? error->get<std::string>() : error->dump();
}

int decodeResponse(const std::string &text, llm::WireForm form)
{
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded())
        return refuse("the input is not JSON");
    if (const std::string error = errorIn(json); !error.empty())
        return refuse("the server says: " + error);
    const auto message = llm::decodeResponse(json, form);
    return message ? print(*message, llm::finishReasonOf(json, form))
                   : refuse(message.error().message);
}

template <typename Frames>
int decodeStream(const std::string &text, llm::WireForm form)
{
    Frames frames;
    llm::StreamAssembler assembler(form);
    std::size_t understood = 0;
    std::string error;
    const auto take = [&](const std::vector<Json> &items) {
        for (const Json &item : items) {
            if (!item.is_object() || item.contains("$parse_error"))
                continue;
            ++understood;
            if (const std::string said = errorIn(item); !said.empty())
                error = said;
            for (const llm::StreamEvent &event : llm::decodeChunk(item, form))
                assembler.add(event);
        }
    };
    take(frames.feed(text));
    take(frames.flush());
    if (!error.empty())
        return refuse("the server says: " + error);
    // Some servers answer a request for a stream with one plain object.
    if (understood == 0 && Json::accept(text))
        return decodeResponse(text, form);
    if (understood == 0)
        return refuse("the input holds no event that can be understood");
    const auto message = assembler.take();
    if (!message)
        return refuse("the server says: " + message.error().message);
    return print(*message, message->metadata.value("finish_reason", std::string()));
}

} // namespace

int decodeStandardInput(llm::WireForm form, bool isResponse)
{
    const std::string text = readAll();
    if (isResponse)
        return decodeResponse(text, form);
    // Gemini streams an array, or with alt=sse events.
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (form == llm::WireForm::Gemini && first != std::string::npos && text[first] == '[')
        return decodeStream<llm::JsonArrayFrames>(text, form);
    return decodeStream<llm::SseFrames>(text, form);
}
