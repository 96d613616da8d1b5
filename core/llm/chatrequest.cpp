// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/chatrequest.h"

#include "core/llm/messageencode.h"

namespace orrery::llm {

Result<std::string> chatRequestBody(const ModelRequest &request)
{
    Json body = request.settings.is_object() ? request.settings : Json::object();
    body["model"] = request.model;
    auto messages = encodeMessages(request.messages, WireForm::OpenAi);
    if (!messages)
        return fail(messages.error());
    body["messages"] = std::move(*messages);
    body.erase("tools");
    if (request.tools && !request.tools->empty())
        body["tools"] = *request.tools;
    body["stream"] = request.stream;
    if (request.stream)
        body["stream_options"] = {{"include_usage", true}};
    else
        body.erase("stream_options");
    // A tool may have read a file that is not UTF-8; that must not end the run.
    return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace orrery::llm
