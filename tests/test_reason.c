/* Reasons without paths of inputs. */
#include "check.h"
#include "dataset/reason.h"
#include "efface.h"

static const char *renamed(const char *message)
{
    static efface_error err;
    snprintf(err.message, sizeof err.message, "%s", message);
    ef_reason_rename(err.message, "in/Mueller/a.nii", "sub-1/a.nii");
    return err.message;
}

static void a_path_between_quotes_is_replaced(void)
{
    CHECK_STR(renamed("no head in 'in/Mueller/a.nii'"), "no head in 'sub-1/a.nii'");
    CHECK_STR(renamed("'in/Mueller/a.nii' is no image; 'in/Mueller/a.nii'"),
              "'sub-1/a.nii' is no image; 'sub-1/a.nii'");
    CHECK_STR(renamed("no head in 'in/Mueller/a.nii.gz'"), "no head in 'in/Mueller/a.nii.gz'");
    CHECK_STR(renamed("it's 'odd'"), "it's 'odd'");
    CHECK_STR(renamed(""), "");
    CHECK_STR(renamed("'"), "'");
}

/* The message is cut where the buffer ends: no part of the path may stay. */
static void a_path_that_is_cut_off_goes(void)
{
    CHECK_STR(renamed("no head in 'in/Muell"), "no head in");
    CHECK_STR(renamed("no head in 'in/Mueller/a.nii"), "no head in");
}

static void a_long_name_is_cut(void)
{
    efface_error err = {0};
    char name[2000];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(err.message, sizeof err.message, "in 'p' and more");
    ef_reason_rename(err.message, "p", name);
    CHECK_EQ(strlen(err.message), sizeof err.message - 1);
    CHECK(strstr(err.message, "more") == NULL);
}

int main(void)
{
    a_path_between_quotes_is_replaced();
    a_path_that_is_cut_off_goes();
    a_long_name_is_cut();
    return test_end();
}
