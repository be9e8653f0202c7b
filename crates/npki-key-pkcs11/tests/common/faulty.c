/* A PKCS #11 library that passes every call on to another one, and loses all sessions at the call that it is told.
 *
 * MODULE is the other library. A line of DIR/fail is "NAME N RV": after N calls of this name ("*": of any) all sessions are
 * closed and RV is the answer, once.
 * DIR/calls gets the name of every call. The list of functions is that of PKCS #11 v2.40, in its order.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

typedef unsigned long ulong;
typedef ulong (*call)(ulong, ulong, ulong, ulong, ulong, ulong, ulong, ulong);
struct list { unsigned char version[2]; call at[68]; };

static struct list *real, mine;
static ulong slot;

static const char *const names[68] = {
    "C_Initialize", "C_Finalize", "C_GetInfo", "C_GetFunctionList", "C_GetSlotList", "C_GetSlotInfo", "C_GetTokenInfo",
    "C_GetMechanismList", "C_GetMechanismInfo", "C_InitToken", "C_InitPIN", "C_SetPIN", "C_OpenSession", "C_CloseSession",
    "C_CloseAllSessions", "C_GetSessionInfo", "C_GetOperationState", "C_SetOperationState", "C_Login", "C_Logout",
    "C_CreateObject", "C_CopyObject", "C_DestroyObject", "C_GetObjectSize", "C_GetAttributeValue", "C_SetAttributeValue",
    "C_FindObjectsInit", "C_FindObjects", "C_FindObjectsFinal", "C_EncryptInit", "C_Encrypt", "C_EncryptUpdate",
    "C_EncryptFinal", "C_DecryptInit", "C_Decrypt", "C_DecryptUpdate", "C_DecryptFinal", "C_DigestInit", "C_Digest",
    "C_DigestUpdate", "C_DigestKey", "C_DigestFinal", "C_SignInit", "C_Sign", "C_SignUpdate", "C_SignFinal",
};
enum { RULES = 4, INITIALIZE = 0, OPEN_SESSION = 12, CLOSE_SESSION = 13, CLOSE_ALL_SESSIONS = 14 };

/* Whether this is a call that fails, and how. */
static ulong told(const char *name) {
    char names[RULES][32];
    ulong left[RULES], rv[RULES], answer = 0;
    int rules = 0;
    FILE *file = fopen(DIR "/fail", "r");
    if (!file) return 0;
    while (rules < RULES && fscanf(file, "%31s %lu %lu", names[rules], &left[rules], &rv[rules]) == 3) rules++;
    fclose(file);
    file = fopen(DIR "/fail", "w");
    for (int at = 0; at < rules; at++) {
        int meant = !strcmp(names[at], "*") || !strcmp(names[at], name);
        if (meant && !left[at] && !answer)
            answer = rv[at];
        else
            fprintf(file, "%s %lu %lu\n", names[at], left[at] - (meant && left[at]), rv[at]);
    }
    fclose(file);
    return answer;
}

static ulong pass(int at, ulong a, ulong b, ulong c, ulong d, ulong e, ulong f, ulong g, ulong h) {
    FILE *file = fopen(DIR "/calls", "a");
    if (file) {
        fprintf(file, "%s\n", names[at] ? names[at] : "another");
        fclose(file);
    }
    if (at == OPEN_SESSION) slot = a;
    /* What a drop calls nobody looks at. */
    ulong rv = at == INITIALIZE || at == CLOSE_SESSION ? 0 : told(names[at] ? names[at] : "another");
    if (rv) {
        real->at[CLOSE_ALL_SESSIONS](slot, 0, 0, 0, 0, 0, 0, 0);
        return rv;
    }
    return real->at[at](a, b, c, d, e, f, g, h);
}

#define ONE(n) static ulong f##n(ulong a, ulong b, ulong c, ulong d, ulong e, ulong f, ulong g, ulong h) { return pass(n, a, b, c, d, e, f, g, h); }
#define TEN(t) ONE(t##0) ONE(t##1) ONE(t##2) ONE(t##3) ONE(t##4) ONE(t##5) ONE(t##6) ONE(t##7) ONE(t##8) ONE(t##9)
TEN() TEN(1) TEN(2) TEN(3) TEN(4) TEN(5)
ONE(60) ONE(61) ONE(62) ONE(63) ONE(64) ONE(65) ONE(66) ONE(67)
#define TEN_OF(t) f##t##0, f##t##1, f##t##2, f##t##3, f##t##4, f##t##5, f##t##6, f##t##7, f##t##8, f##t##9

ulong C_GetFunctionList(struct list **list) {
    static const call all[68] = {TEN_OF(), TEN_OF(1), TEN_OF(2), TEN_OF(3), TEN_OF(4), TEN_OF(5),
                                 f60, f61, f62, f63, f64, f65, f66, f67};
    if (!real) {
        void *module = dlopen(MODULE, RTLD_NOW);
        ulong (*get)(struct list **) = module ? (ulong (*)(struct list **))dlsym(module, "C_GetFunctionList") : 0;
        if (!get || get(&real)) return 5; /* CKR_GENERAL_ERROR */
        memcpy(&mine, real, sizeof mine);
        for (int at = 0; at < 68; at++)
            if (real->at[at]) mine.at[at] = all[at];
    }
    *list = &mine;
    return 0;
}
