// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

namespace orrery::ui {

/// Asks before something that cannot be undone. Blocks its window, not the program. Enter and Esc leave things as they
/// are; accepted() tells the other answer. Deletes itself.
class Question : public QDialog
{
    Q_OBJECT
public:
    /// `yes` and `no` are verbs: what each button does.
    Question(const QString &text, const QString &more, const QString &yes, const QString &no,
             QWidget *parent);
};

} // namespace orrery::ui
