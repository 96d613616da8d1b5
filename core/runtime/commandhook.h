// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/hooks.h"

#include <filesystem>
#include <memory>
#include <stop_token>

namespace orrery {
class Secrets;
}

namespace orrery::runtime {

/// A hook that asks a command: it reads `{"event","run","payload"}` as one line of JSON and may write one JSON object,
/// `{"decision":"allow"|"deny","reason":…,"modify":{…}}`. Writing nothing allows. Exit status 2 is a refusal whose reason
/// is what it wrote; any other one but 0, a signal, a timeout, and text that is no such object, is no UTF-8 or is longer
/// than 64 KiB are errors of the hook. It gets none of `secrets` (null = none are known), and they are masked in what it says.
/// Errors: InvalidArgument when the tool pattern is no regular expression.
Result<Hook> makeCommandHook(const HookSpec &spec, std::string run, std::filesystem::path workspace,
                             std::stop_token stop,
                             std::shared_ptr<const Secrets> secrets = nullptr);

} // namespace orrery::runtime
