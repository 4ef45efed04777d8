/* Finds, loads and checks the C++ module. It stays loaded: its libraries keep state that can't be unloaded.
 */
#define _GNU_SOURCE /* dladdr */
#include "io/module.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

enum { PATH_BYTES = 4096 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const ef_itk *table;
static char reason[256];
static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;

/* Cuts a path to its folder; false where it names none. */
static bool to_folder(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    return true;
}

/* Tries one file; true where it is the module. A file that isn't there leaves the reason as it was. */
static bool try_file(const char *folder, const char *relative)
{
    char path[PATH_BYTES];
    const int n = snprintf(path, sizeof path, "%s/%s", folder, relative);
    if (n < 0 || n >= PATH_BYTES || access(path, R_OK) != 0)
        return false;
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        snprintf(reason, sizeof reason, "the module can't be loaded: %.200s", dlerror());
        return false;
    }
    ef_itk_entry_fn *entry;
    *(void **)&entry = dlsym(handle, "ef_itk_entry"); /* as POSIX has it */
    const ef_itk *found = entry != NULL ? entry() : NULL;
    if (found == NULL || found->version != EF_ITK_VERSION) {
        snprintf(reason, sizeof reason, "the module is of another version of efface");
        return false;
    }
    table = found;
    return true;
}

static void load(void)
{
    char folder[PATH_BYTES];
    Dl_info here;
    snprintf(reason, sizeof reason, "the module for it was not built or not installed");
    const ssize_t n = readlink("/proc/self/exe", folder, sizeof folder - 1);
    if (n > 0) {
        folder[n] = '\0';
        if (to_folder(folder) && (try_file(folder, EFFACE_MODULE) ||
                                  try_file(folder, EFFACE_MODULES_FROM_BIN "/" EFFACE_MODULE)))
            return;
    }
    if (dladdr((void *)&once, &here) != 0 && here.dli_fname != NULL &&
        snprintf(folder, sizeof folder, "%s", here.dli_fname) < PATH_BYTES && to_folder(folder) &&
        !try_file(folder, EFFACE_MODULE))
        (void)try_file(folder, "efface/" EFFACE_MODULE);
}

const ef_itk *ef_module(efface_error *err)
{
    pthread_once(&once, load);
    if (table == NULL)
        (void)ef_fail(err, EFFACE_INPUT, "%s", reason);
    return table;
}

void ef_module_enter(void)
{
    pthread_mutex_lock(&busy);
}

void ef_module_leave(void)
{
    pthread_mutex_unlock(&busy);
}
