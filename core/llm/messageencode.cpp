// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/messageencode.h"

#include "core/llm/messagewriter.h"

namespace orrery::llm {

void addSystemText(std::optional<std::string> &system, const Message &message)
{
    const std::string text = message.content.value_or(std::string());
    system = system ? *system + "\n\n" + text : text;
}

Result<Json> encodeMessages(const MessageList &messages, WireForm form)
{
    MessageWriter writer(plainProfile(form), UnsignedThinking::Send);
    std::string list = "[";
    std::optional<std::string> system;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        if (auto done = writer.append(list, *messages[i], true); !done) {
            done.error().message.insert(0, std::string("/") + std::to_string(i) + ": ");
            return fail(std::move(done.error()));
        }
        if (messages[i]->role == Role::System)
            addSystemText(system, *messages[i]);
    }
    Json encoded = Json::parse(list + writer.tail() + "]");
    if (form == WireForm::OpenAi)
        return encoded;
    return Json{{"system", system ? Json(*system) : Json()}, {"messages", std::move(encoded)}};
}

} // namespace orrery::llm
