// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/decode.h"

#include "app/cli/standardinput.h"
#include "core/llm/responsedecode.h"
#include "core/llm/streamdecode.h"
#include "core/model/boundedjson.h"

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

/// What a server says in an `error`.
std::string wordsOf(const Json &error)
{
    if (error.is_object() && error.contains("message") && error["message"].is_string())
        return error["message"];
    return error.is_string() ? error.get<std::string>() : error.dump();
}

int decodeResponse(const std::string &text, llm::WireForm form)
{
    const Json json = parseBounded(text);
    if (json.is_discarded())
        return refuse("the input is not JSON");
    if (json.is_object() && !json.value("error", Json()).is_null())
        return refuse("the server says: " + wordsOf(json["error"]));
    if (!llm::isAnswer(json, form))
        return refuse("this is no answer of a model: " + text.substr(0, 500));
    const auto message = llm::decodeResponse(json, form);
    return message ? print(*message, llm::finishReasonOf(json, form))
                   : refuse(message.error().message);
}

int decodeStream(const std::string &text, llm::WireForm form, llm::Framing framing)
{
    llm::StreamDecoder decoder(form, framing);
    std::vector<llm::StreamEvent> events;
    decoder.feed(text, events);
    decoder.finish(events);
    if (!decoder.error().is_null())
        return refuse("the server says: " + wordsOf(decoder.error()));
    // Some servers answer a request for a stream with one plain object.
    if (decoder.chunkCount() == 0 && Json::accept(text))
        return decodeResponse(text, form);
    if (decoder.chunkCount() == 0)
        return refuse("the input holds no event that can be understood");
    llm::StreamAssembler assembler(form);
    for (const llm::StreamEvent &event : events)
        assembler.add(event);
    const auto message = assembler.take();
    if (!message)
        return refuse("the server says: " + message.error().message);
    return print(*message, message->metadata.value("finish_reason", std::string()));
}

} // namespace

int decodeStandardInput(llm::WireForm form, bool isResponse)
{
    const std::string text = readStandardInput();
    if (isResponse)
        return decodeResponse(text, form);
    // Gemini streams an array, or with alt=sse events.
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (form == llm::WireForm::Gemini && first != std::string::npos && text[first] == '[')
        return decodeStream(text, form, llm::Framing::JsonArray);
    return decodeStream(text, form, llm::Framing::ServerSentEvents);
}
