// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/inputguard.h"

#include <QRegularExpression>
#include <QString>

#include <array>
#include <vector>

namespace orrery::tools {
namespace {

struct Form {
    const char *words; ///< a space is any white space; see `parts` for the braces
    const char *attempt;
};

/// In the order in which they are looked for.
constexpr std::array<Form, 18> kForms = {{
    {"ignore {all}{earlier} (?:{rules}|directions?)", "instruction override"},
    {"disregard {all}{earlier} {rules}", "instruction override"},
    {"forget {all}(?:your )?{earlier} {rules}", "instruction override"},
    {"you are now (?:an?|the) ", "role reassignment"},
    {"act as (?:an?|if you are) ", "role reassignment"},
    {"pretend (?:you are|to be) ", "role reassignment"},
    {"from now on[,\\s]+you (?:are|will|should|must)", "role reassignment"},
    // From the first of a line only, so that a line of nothing else does not take quadratic time.
    {"(?m)^(?>.*?\\bdan\\b).*\\bmode\\b", "DAN jailbreak"},
    {"\\bjailbreak(?:ed|ing)?\\b", "jailbreak attempt"},
    {"developer mode (?:enabled|on|activated)", "developer mode jailbreak"},
    {"do anything now", "DAN jailbreak"},
    {"reveal (?:your|the|system) {system}(?:{prompt}|rules?)", "prompt extraction"},
    {"show me (?:your|the) {system}{prompt}", "prompt extraction"},
    {"what (?:are|is) your {system}(?:{prompt}|rules?)", "prompt extraction"},
    {"repeat (?:your|the) {system}(?:{prompt}|rules?) (?:back|verbatim)", "prompt extraction"},
    {"base64[:\\s]+(?:de|en)code", "encoding evasion"},
    {"\\[system\\]", "system tag injection"},
    {"<\\|?(?:system|im_start|im_end)\\|?>", "special token injection"},
}};

QRegularExpression expressionFor(const char *words)
{
    constexpr std::array<std::pair<const char *, const char *>, 6> parts = {{
        {"{all}", "(?:all )?"},
        {"{earlier}", "(?:previous|prior|above|earlier)"},
        {"{rules}", "(?:instructions?|prompts?|rules?)"},
        {"{system}", "(?:system )?"},
        {"{prompt}", "(?:prompt|instructions?)"},
        {" ", "\\s+"},
    }};
    QString pattern = QString::fromLatin1(words);
    for (const auto &[part, meaning] : parts)
        pattern.replace(QLatin1String(part), QLatin1String(meaning));
    return QRegularExpression(pattern, QRegularExpression::CaseInsensitiveOption);
}

const std::vector<QRegularExpression> &expressions()
{
    static const std::vector<QRegularExpression> all = [] {
        std::vector<QRegularExpression> list;
        for (const Form &form : kForms)
            list.push_back(expressionFor(form.words));
        return list;
    }();
    return all;
}

/// Characters that nobody sees, but that part a word for whoever looks for it.
bool isInvisible(QChar character)
{
    const char16_t c = character.unicode();
    return c == 0x00AD || c == 0xFEFF || (c >= 0x200B && c <= 0x200F)
           || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2064);
}

/// Compatibility forms folded, invisible characters taken out, and each byte a character of its own, so that only ASCII
/// counts as a letter or white space.
QString plain(std::string_view text)
{
    QString folded = QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()))
                         .normalized(QString::NormalizationForm_KC);
    folded.removeIf(isInvisible);
    return QString::fromLatin1(folded.toUtf8());
}

} // namespace

std::optional<std::string> injectionAttempt(std::string_view text)
{
    const QString subject = plain(text);
    for (std::size_t i = 0; i < kForms.size(); ++i)
        if (expressions()[i].match(subject).hasMatch())
            return kForms[i].attempt;
    return std::nullopt;
}

} // namespace orrery::tools
