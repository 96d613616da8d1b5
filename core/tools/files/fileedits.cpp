// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/fileedits.h"

#include "core/tools/files/filechange.h"
#include "core/tools/files/filekind.h"
#include "core/tools/files/filetarget.h"
#include "core/tools/files/lineends.h"
#include "core/tools/files/textedit.h"
#include "core/tools/files/textencoding.h"
#include "core/tools/files/textfile.h"

#include <algorithm>
#include <mutex>

namespace orrery::tools {

namespace {

/// A text file as it is on the disk and as it is edited.
struct EditedFile {
    std::string bytes;
    TextForm form;
    std::string text;
    bool isNew = false;
};

Result<EditedFile> loadFile(const FileTarget &target)
{
    if (auto may = checkMayWrite(target.path); !may)
        return fail(may.error());
    auto bytes = readBytes(target.path, kMostEdited);
    if (!bytes)
        return fail(bytes.error());
    if (const auto kind = binaryKind(*bytes))
        return fail(ErrorCode::InvalidArgument,
                    target.shown + " is " + (*kind == "a binary file" ? "" : "a binary file: ")
                        + *kind + ", which is not edited as text. " + "Nothing was changed.");
    EditedFile file{std::move(*bytes), {}, {}, false};
    file.form = formOf(file.bytes);
    file.text = decoded(file.bytes, file.form);
    return file;
}

std::string regionsInWords(const std::vector<ChangedLines> &regions)
{
    constexpr std::size_t kMostShown = 50;
    std::string out;
    for (std::size_t i = 0; i < std::min(regions.size(), kMostShown); ++i)
        out += (i == 0 ? "" : ", ") + std::to_string(regions[i].nowFirst) + "-"
               + std::to_string(regions[i].nowLast);
    return regions.size() > kMostShown ? out + " and more" : out;
}

/// Asks the claims, writes, and reports. The file's lock is held by the caller.
ToolResult commitChange(ReadLedger &ledger, const FileTarget &target, const EditedFile &file,
                        const std::string &after, const ToolContext &context,
                        const std::string &note)
{
    const auto bytes = encoded(after, file.form);
    if (!bytes)
        return ToolResult::error(bytes.error().message + " Nothing was changed.");
    if (!file.isNew && *bytes == file.bytes) {
        ledger.saw(context.agent, target.relative, *bytes);
        return ToolResult::success(target.shown + " already has this content.");
    }
    const FileChange change = changeOfText(file.text, after, file.isNew);
    const std::vector<ChangedLines> &regions = change.regions;
    WriteGate *const gate = context.writeGate;
    for (const ChangedLines &region : regions)
        if (gate)
            if (const auto allowed =
                    gate->beforeWrite(context.agent, target.shown, region.first, region.oldLast);
                !allowed)
                return ToolResult::error(allowed.error().message);
    if (const auto written = writeTextAtomically(
            target.path, *bytes,
            file.isNew ? std::nullopt : std::optional<std::string_view>(file.bytes));
        !written)
        return ToolResult::error(written.error().message);
    ledger.wrote(context.agent, target.relative, *bytes);
    if (gate)
        gate->afterWrite(context.agent, target.shown, change, context.callId);
    return ToolResult::success((file.isNew ? "Created " : "Changed ") + target.shown + " lines "
                               + regionsInWords(regions) + "." + note);
}

Result<TextEdit> textEdit(const Json &edit)
{
    const auto text = [&](const char *name) -> const std::string * {
        const auto it = edit.find(name);
        return it != edit.end() && it->is_string() ? it->get_ptr<const std::string *>() : nullptr;
    };
    const std::string *oldText = edit.is_object() ? text("old_text") : nullptr;
    const std::string *newText = edit.is_object() ? text("new_text") : nullptr;
    if (!oldText || !newText)
        return fail(ErrorCode::InvalidArgument,
                    std::string(oldText ? "new_text" : "old_text")
                        + " is missing: give both old_text and new_text. Nothing was changed.");
    if (newText->find('\0') != std::string::npos)
        return fail(ErrorCode::InvalidArgument,
                    "new_text holds a NUL character, which no text file has. Nothing was changed.");
    const auto all = edit.find("replace_all");
    return TextEdit{*oldText, *newText, all != edit.end() && *all == true};
}

std::string editName(std::size_t index) { return "edits[" + std::to_string(index) + "]: "; }

bool isGiven(const Json &args, const char *name)
{
    const auto it = args.find(name);
    return it != args.end() && !it->is_null();
}

/// An empty list beside a single edit is no more than a parameter that was filled in.
bool hasEdits(const Json &args)
{
    return isGiven(args, "edits") && !(args["edits"].is_array() && args["edits"].empty());
}

/// The edits of a call, which gives one beside the path or a list of them.
Result<std::vector<TextEdit>> textEdits(const Json &args)
{
    const auto refused = [](const char *why) {
        return fail(ErrorCode::InvalidArgument, std::string(why) + " Nothing was changed.");
    };
    const bool isSingle = isGiven(args, "old_text") || isGiven(args, "new_text");
    if (isSingle && hasEdits(args))
        return refused("Give either old_text and new_text, or edits, not both.");
    if (isSingle) {
        auto edit = textEdit(args);
        if (!edit)
            return fail(edit.error());
        return std::vector<TextEdit>{std::move(*edit)};
    }
    if (!isGiven(args, "edits"))
        return refused("Say what to change: give old_text and new_text, or a list of edits.");
    if (args["edits"].empty() || !args["edits"].is_array())
        return refused("edits must be a list of at least one edit.");
    if (args.contains("replace_all") && args["replace_all"] == true)
        return refused("With edits, give replace_all in each edit that is to replace all.");
    std::vector<TextEdit> edits;
    for (const Json &each : args["edits"]) {
        auto edit = textEdit(each);
        if (!edit)
            return fail(edit.error().code, editName(edits.size()) + edit.error().message);
        edits.push_back(std::move(*edit));
    }
    return edits;
}

Result<std::string> applyEdits(const std::string &text, const std::vector<TextEdit> &edits,
                               bool isList, const FileTarget &target, const ToolContext &context)
{
    std::string now = text;
    for (std::size_t i = 0; i < edits.size(); ++i) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Stopped. Nothing was changed.");
        // What is said of places is then of a text that nobody has seen.
        const std::string name =
            i == 0 ? target.shown : target.shown + " as the edits before leave it";
        auto after = applyEdit(now, edits[i], name, kMostEdited);
        if (!after)
            return fail(after.error().code,
                        (isList ? editName(i) : std::string()) + after.error().message);
        now = std::move(*after);
    }
    return now;
}

/// The new content in the form of what it replaces; `note` says what has been kept.
std::string inFormOf(const EditedFile &old, std::string content, std::string &note)
{
    if (old.form.hasMark && content.starts_with("\xEF\xBB\xBF"))
        content.erase(0, 3);
    if (lineEndsOf(old.text).mostUsed() == "\r\n" && content.find('\r') == std::string::npos
        && content.find('\n') != std::string::npos) {
        content = withLineEnds(content, "\r\n");
        note = " The line ends stay CRLF.";
    }
    if (old.form.encoding == Encoding::Windows1252 || old.form.isUtf16())
        note += " The encoding stays " + old.form.name() + ".";
    else if (old.form.hasMark)
        note += " The byte order mark stays.";
    return content;
}

} // namespace

ToolResult writeFileTool(ReadLedger &ledger, const Json &args, const ToolContext &context)
{
    const auto target = writeTarget(args, context);
    if (!target)
        return ToolResult::error(target.error().message);
    auto content = args.at("content").get<std::string>();
    if (content.find('\0') != std::string::npos)
        return ToolResult::error(
            "content holds a NUL character, which no text file has. Nothing was changed.");
    const auto lock = ledger.fileLock(target->relative);
    std::lock_guard guard(*lock);
    const auto old = loadFile(*target);
    if (!old && old.error().code != ErrorCode::NotFound)
        return ToolResult::error(old.error().message);
    if (!old)
        return commitChange(ledger, *target, {{}, {}, {}, true}, content, context, {});
    if (const auto fresh = ledger.checkReplace(context.agent, target->relative, old->bytes); !fresh)
        return ToolResult::error(fresh.error().message);
    std::string note;
    content = inFormOf(*old, std::move(content), note);
    return commitChange(ledger, *target, *old, content, context, note);
}

ToolResult editFileTool(ReadLedger &ledger, const Json &args, const ToolContext &context)
{
    const auto target = writeTarget(args, context);
    if (!target)
        return ToolResult::error(target.error().message);
    const auto edits = textEdits(args);
    if (!edits)
        return ToolResult::error(edits.error().message);
    const auto lock = ledger.fileLock(target->relative);
    std::lock_guard guard(*lock);
    const auto old = loadFile(*target);
    if (!old)
        return ToolResult::error(old.error().message);
    if (const auto fresh = ledger.checkFresh(context.agent, target->relative, old->bytes); !fresh)
        return ToolResult::error(fresh.error().message);
    const auto after = applyEdits(old->text, *edits, hasEdits(args), *target, context);
    if (!after)
        return ToolResult::error(after.error().message);
    return commitChange(ledger, *target, *old, *after, context, {});
}

} // namespace orrery::tools
