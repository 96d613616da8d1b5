// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

#include <utility>

/// Words of models, tools and files among our own. Nothing in them is taken for markup, a mnemonic or a placeholder, and
/// none of them can turn round or hide what stands beside it.
namespace orrery::ui::format {

/// Which characters are written out as `⟨U+202E⟩`. Line ends and tabs never are.
enum class Unseen {
    Order, ///< those that change the order of others, and control characters
    All    ///< besides those everything that draws nothing, or a blank that is no space
};

struct VisibleText {
    QString text;
    /// Where in `text` something was written out: position and length.
    QList<std::pair<qsizetype, qsizetype>> marks;
};

VisibleText withMarks(const QString &text, Unseen which = Unseen::All);
QString visible(const QString &text, Unseen which = Unseen::All);
/// JSON in which what cannot be seen is escaped as JSON does it, so that it can be edited and read again.
QString visibleJson(const QString &json);
/// A name within a sentence of ours: one line of at most so many characters.
QString name(const QString &text, int most = 80);
/// For every function that takes the text of a tooltip: shown as it is written, in lines that break. Empty stays empty.
QString tip(const QString &text);
/// For the text of a button, a tab or a menu, where `&` underlines what follows.
QString buttonText(QString text);
/// For the title of a window, where `[*]` stands for a change that is not saved.
QString windowTitle(const QString &text);

} // namespace orrery::ui::format
