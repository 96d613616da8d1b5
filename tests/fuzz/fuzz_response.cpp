// SPDX-License-Identifier: GPL-3.0-or-later
// Complete answers of all providers: form, JSON.
#include "core/llm/responsedecode.h"
#include "core/model/boundedjson.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace orrery;

Json decoded(const Json &response, llm::WireForm form)
{
    auto message = llm::decodeResponse(response, form);
    if (!message)
        return message.error().message;
    for (ToolCall &call : message->toolCalls)
        if (form == llm::WireForm::Gemini)
            call.id.reset(); // made up anew each time
    return toJson(*message);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    fuzz::Input input(data, size);
    const llm::WireForm form = input.form();
    const Json tree = parseBounded(input.rest());
    llm::FlatJson flat;
    if (flat.read(input.rest()))
        fuzz::require(flat.root().toJson() == tree, "both readers read the same");
    if (tree.is_discarded())
        return 0;
    const Json message = decoded(tree, form);
    fuzz::require(message == decoded(tree, form), "an answer means the same twice");
    fuzz::require(Json::parse(message.dump()) == message, "a message can be written");
    fuzz::require(llm::finishReasonOf(tree, form).size() <= size, "a reason is in the answer");
    ToolCall call;
    llm::readArguments(call, input.rest());
    fuzz::require(call.arguments.is_object(), "arguments are an object");
    fuzz::require(!call.invalidArguments || call.arguments.empty(), "bad arguments are not used");
    return 0;
}
