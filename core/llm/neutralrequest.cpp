// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/neutralrequest.h"

#include "core/llm/modelprofile.h"
#include "core/llm/toolschema.h"
#include "core/model/jsonfields.h"

namespace orrery::llm {
namespace {

tl::unexpected<Error> wrong(const std::string &pointer, const Json &found, const char *expected)
{
    return fail(ErrorCode::InvalidArgument,
                pointer + ": found " + found.type_name() + ", expected " + expected);
}

/// Null when it is not there.
std::string pointerTo(const char *list, std::size_t index)
{
    std::string pointer = list;
    pointer += std::to_string(index);
    return pointer;
}

} // namespace

Result<ModelRequest> requestFromJson(const Json &json, std::string provider, std::string model)
{
    if (!json.is_object())
        return wrong("", json, "an object with messages");
    ModelRequest request;
    request.provider = std::move(provider);
    request.model = std::move(model);
    request.unsignedThinking = UnsignedThinking::Send;
    const Json &messages = field::at(json, "messages");
    if (!messages.is_array())
        return wrong("/messages", messages, "a list");
    for (const Json &item : messages) {
        auto message = messageFromJson(item);
        if (!message) {
            message.error().message.insert(0,
                                           pointerTo("/messages/", request.messages.size()) + ": ");
            return fail(std::move(message.error()));
        }
        request.messages.push_back(std::make_shared<const Message>(std::move(*message)));
    }
    if (const Json &settings = field::at(json, "settings"); settings.is_object())
        request.settings = settings;
    else if (!settings.is_null())
        return wrong("/settings", settings, "an object");
    const Json &stream = field::at(json, "stream");
    if (!stream.is_null() && !stream.is_boolean())
        return wrong("/stream", stream, "true or false");
    request.stream = stream == true;
    const Json &tools = field::at(json, "tools");
    if (tools.is_null())
        return request;
    if (!tools.is_array())
        return wrong("/tools", tools, "a list");
    Json schemas = Json::array();
    for (const Json &tool : tools) {
        if (!tool.is_object() || !field::at(tool, "name").is_string())
            return wrong(pointerTo("/tools/", schemas.size()), tool, "an object with a name");
        schemas.push_back(toolSchema(tool, ToolForm(profileOf(request))));
    }
    request.tools = std::make_shared<const ToolSchemaList>(std::move(schemas));
    return request;
}

} // namespace orrery::llm
