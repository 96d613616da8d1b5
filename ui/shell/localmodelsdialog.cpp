// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/localmodelsdialog.h"

#include "ui/theme/theme.h"
#include "ui/widgets/tabletools.h"
#include "ui/widgets/plainlabel.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QStandardItemModel>
#include <QTableView>
#include <QVBoxLayout>

namespace orrery::ui {
namespace {

enum Column { Server, Model, Address };

} // namespace

LocalModelsDialog::LocalModelsDialog(std::unique_ptr<llm::LocalServerFinder> finder,
                                     QWidget *parent)
    : QDialog(parent), m_finder(std::move(finder))
{
    setWindowTitle(tr("Models on this machine"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(640, 360);
    auto *column = new QVBoxLayout(this);
    column->setSpacing(metric::medium);
    m_state = new PlainLabel(this);
    m_state->setObjectName(QStringLiteral("localState"));
    m_state->setWordWrap(true);
    column->addWidget(m_state);
    m_table = new QTableView(this);
    m_table->setObjectName(QStringLiteral("localModels"));
    m_model = new QStandardItemModel(0, 3, m_table);
    m_model->setHorizontalHeaderLabels({tr("Server"), tr("Model"), tr("Address")});
    m_table->setModel(m_model);
    prepareTable(m_table, tr("Models on this machine"));
    setColumnWidths(m_table, {12, 0, 28});
    column->addWidget(m_table, 1);
    auto *row = new QHBoxLayout;
    auto *again = new QPushButton(tr("&Ask again"), this);
    again->setAutoDefault(false);
    m_use = new QPushButton(tr("&Use this model"), this);
    m_use->setProperty("primary", true);
    row->addWidget(again);
    row->addStretch();
    row->addWidget(m_use);
    column->addLayout(row);
    connect(again, &QPushButton::clicked, this, &LocalModelsDialog::ask);
    connect(m_use, &QPushButton::clicked, this, &LocalModelsDialog::choose);
    connect(m_table, &QTableView::activated, this, &LocalModelsDialog::choose);
    ask();
}

LocalModelsDialog::~LocalModelsDialog() = default;

void LocalModelsDialog::ask()
{
    m_model->removeRows(0, m_model->rowCount());
    m_use->setEnabled(false);
    m_state->setText(tr("Asking Ollama, LM Studio, llama.cpp and vLLM on this machine…"));
    m_finder->find([this](const std::vector<llm::LocalServer> &servers) { list(servers); });
}

void LocalModelsDialog::list(const std::vector<llm::LocalServer> &servers)
{
    for (const llm::LocalServer &server : servers)
        for (const std::string &model : server.models)
            m_model->appendRow({new QStandardItem(QString::fromStdString(server.kind)),
                                new QStandardItem(QString::fromStdString(model)),
                                new QStandardItem(QString::fromStdString(server.baseUrl))});
    if (m_model->rowCount() > 0)
        m_state->setText(tr("Choose a model; it becomes a team of one agent with all tools."));
    else if (servers.empty())
        m_state->setText(
            tr("No model server answered on this machine. Looked at ports 11434 (Ollama), "
               "1234 (LM Studio), 8080 and 9931 (llama.cpp) and 8000 (vLLM)."));
    else
        m_state->setText(tr("%1 answers at %2, but offers no model yet.")
                             .arg(QString::fromStdString(servers.front().kind),
                                  QString::fromStdString(servers.front().baseUrl)));
    m_use->setEnabled(m_model->rowCount() > 0);
    if (m_model->rowCount() > 0)
        m_table->selectRow(0);
    m_table->setFocus();
}

void LocalModelsDialog::choose()
{
    const int row = m_table->currentIndex().row();
    if (row < 0)
        return;
    const auto cell = [&](int column) { return m_model->item(row, column)->text(); };
    emit chosen(cell(Server) + QLatin1Char(':') + cell(Model), cell(Address));
    close();
}

} // namespace orrery::ui
