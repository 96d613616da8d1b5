// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tools/argumentrepair.h"
#include "core/tools/tool.h"

#include <chrono>

namespace orrery::tools {

/// What came of a tool call after its last attempt.
struct ToolExecution {
    std::string content; ///< what the model sees
    bool ok = true;
    ContextUpdate updates; ///< to be applied to the agent's current deps
    int attempts = 1;
    std::vector<std::string> mended = {}; ///< what was put right in the arguments first
    std::vector<ContentPart> parts = {};  ///< pictures and documents beside the text
    std::string handle = {}; ///< by which a longer `content` is kept; empty = it is not
    bool isBounded = false;  ///< as Tool::isBounded
};

/// The arguments as this tool will get them: mended against its schema, unless it does not want them checked. Doing it
/// again changes nothing.
MendedArguments mendFor(const Tool &tool, Json arguments);

/// Runs one call to its end: mends and checks the arguments, calls the tool on a thread of its own (a quick one on the caller's), and
/// again after a breakdown or a timeout as often as the tool allows. Blocks unless the tool is quick. Gives a text for the model
/// whatever happens, with a note about parameters that the tool ignores and without the keys of `context`, and throws
/// nothing.
///
/// When the time of an attempt is up, or the person stops the run, the tool's stop token is requested. A tool that does
/// not end within `grace` after that is left behind if it may be: it keeps running, but its events go nowhere and its
/// writes are refused. The end of any other tool is waited for. Nothing that `context` refers to is used after return.
ToolExecution executeTool(const Tool &tool, const Json &arguments, ToolContext context,
                          std::chrono::milliseconds grace = std::chrono::seconds(1));

/// The same for a tool that has `start`: mends and checks the arguments, starts it, and gives what came of it to `done`, on whichever
/// thread the tool ends on. Returns at once; throws nothing.
void startTool(const Tool &tool, const Json &arguments, ToolContext context,
               std::function<void(ToolExecution)> done);

} // namespace orrery::tools
