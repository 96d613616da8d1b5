// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace orrery::ui {

/// A tool call that waits for a person. Keys while it has the focus: A approves, D denies, E edits.
class ApprovalCard : public QFrame
{
    Q_OBJECT
public:
    explicit ApprovalCard(QWidget *parent = nullptr);

    /// Shows the request; the same call again changes nothing, so that typing is not disturbed.
    void showRequest(const QString &call, const QString &agent, const QString &tool,
                     const QString &reason, const QString &argumentsJson, int others);
    void clear();
    QString call() const { return m_call; }

signals:
    void approved(const QString &call, bool wholeRun);
    void denied(const QString &call, const QString &note);
    void edited(const QString &call, const QString &argumentsJson);
    /// It had the focus and nothing waits any more.
    void left();

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void approve();
    void deny();
    void edit();

    QString m_call;
    QLabel *m_title;
    QLabel *m_others;
    QPlainTextEdit *m_arguments;
    QLineEdit *m_note;
    QCheckBox *m_wholeRun;
    QPushButton *m_approve;
    QPushButton *m_deny;
    QPushButton *m_edit;
};

} // namespace orrery::ui
