// Judges folders of certificates, CRLs and OCSP responses by the JDK and by Bouncy Castle.
//
//   java -cp '/usr/share/java/*' tests/judges/Judge.java FOLDER...
//
// One virtual machine for all folders. A line for each judgement: `folder judge file: ok`, or what the judge says instead.
// A folder has root.der, ca.der, what they issued as NAME.der, lists as NAME.crl, answers as NAME.resp, the instant in
// Unix seconds in `at` and the policy of the subscriber's certificate in `policy`.

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathValidator;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.cert.X509CRLEntryHolder;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPUtil;

public final class Judge {
    static final Provider BC = new BouncyCastleProvider();

    final Path folder;
    final X509Certificate root;
    final X509Certificate ca;
    final Date at;
    final String policy;

    Judge(Path folder) throws Exception {
        this.folder = folder;
        root = certificate("root.der");
        ca = certificate("ca.der");
        at = new Date(1000 * Long.parseLong(Files.readString(folder.resolve("at")).trim()));
        policy = Files.readString(folder.resolve("policy")).trim();
    }

    public static void main(String[] folders) throws Exception {
        Security.addProvider(BC);
        for (String folder : folders) {
            new Judge(Path.of(folder)).judge();
        }
    }

    void judge() throws Exception {
        for (String name : names(".der")) {
            if (name.equals("root.der")) {
                continue;
            }
            say("jdk-path", name, () -> jdkPath(name, true, false));
            say("jdk-path-qualifiers", name, () -> jdkPath(name, false, false));
            say("bc-path", name, () -> bcPath(name, null, false));
            say("bc-signature", name, () -> bcSignature(name));
        }
        if (names(".crl").isEmpty()) {
            return;
        }
        say("jdk-path-crls", "sign.der", () -> jdkPath("sign.der", false, true));
        say("bc-path-crls", "sign.der", () -> bcPath("sign.der", null, true));
        refuses("jdk-path-crls", "revoked.der", "KEY_COMPROMISE", () -> jdkPath("revoked.der", false, true));
        refuses("bc-path-crls", "revoked.der", "keyCompromise", () -> bcPath("revoked.der", null, true));
        say("bc-policy", "sign.der", () -> bcPath("sign.der", policy, false));
        refuses("bc-other-policy", "sign.der", "policy", () -> bcPath("sign.der", policy + ".1", false));
        say("bc-time-stamping", "tsa.der", () -> TSPUtil.validateCertificate(holder("tsa.der")));
        for (String name : names(".crl")) {
            say("jdk-crl", name, () -> jdkCrl(name));
            say("bc-crl", name, () -> bcCrl(name));
        }
        for (String name : names(".resp")) {
            say("bc-ocsp", name, () -> bcOcsp(name));
        }
    }

    /** The JDK's PKIX: `strict` refuses qualifiers of a critical policy, as it does unless told otherwise. */
    void jdkPath(String name, boolean strict, boolean crls) throws Exception {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setDate(at);
        parameters.setPolicyQualifiersRejected(strict);
        parameters.setRevocationEnabled(crls);
        CertPathValidator validator = CertPathValidator.getInstance("PKIX", "SUN");
        if (crls) {
            parameters.addCertStore(lists());
            PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
            checker.setOptions(EnumSet.of(
                PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
            parameters.addCertPathChecker(checker);
        }
        X509Certificate leaf = certificate(name);
        List<X509Certificate> path = isOfCa(leaf) ? List.of(leaf, ca) : List.of(leaf);
        validator.validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
    }

    void bcPath(String name, String wanted, boolean crls) throws Exception {
        X509CertSelector selector = new X509CertSelector();
        selector.setCertificate(certificate(name));
        PKIXBuilderParameters parameters =
            new PKIXBuilderParameters(Set.of(new TrustAnchor(root, null)), selector);
        parameters.addCertStore(store(List.of(certificate(name), ca)));
        parameters.setDate(at);
        parameters.setRevocationEnabled(crls);
        if (crls) {
            parameters.addCertStore(lists());
        }
        if (wanted != null) {
            parameters.setInitialPolicies(Set.of(wanted));
            parameters.setExplicitPolicyRequired(true);
        }
        CertPathBuilder.getInstance("PKIX", BC).build(parameters);
    }

    /** The issuer's signature, and that what was read is written again to the same octets. */
    void bcSignature(String name) throws Exception {
        X509CertificateHolder found = holder(name);
        X509Certificate issuer = isOfCa(certificate(name)) ? ca : root;
        check(found.isSignatureValid(verifier(issuer)), "the signature does not verify");
        byte[] again = found.toASN1Structure().getEncoded("DER");
        check(Arrays.equals(again, octets(name)), "written again it has other octets");
    }

    void jdkCrl(String name) throws Exception {
        X509CRL crl = (X509CRL) CertificateFactory.getInstance("X.509", "SUN")
            .generateCRL(new ByteArrayInputStream(octets(name)));
        crl.verify(issuerOfList(name).getPublicKey());
        boolean listed = crl.getRevokedCertificate(certificate("revoked.der").getSerialNumber()) != null;
        check(listed == lists(name), "it lists " + listed);
        boolean other = crl.getRevokedCertificate(certificate("sign.der").getSerialNumber()) != null;
        check(!other, "it lists what is not revoked");
    }

    void bcCrl(String name) throws Exception {
        X509CRLHolder crl = new X509CRLHolder(octets(name));
        check(crl.isSignatureValid(verifier(issuerOfList(name))), "the signature does not verify");
        BigInteger serial = certificate("revoked.der").getSerialNumber();
        X509CRLEntryHolder entry = crl.getRevokedCertificate(serial);
        check((entry != null) == lists(name), "it lists " + (entry != null));
        check((crl.getExtension(Extension.deltaCRLIndicator) != null) == name.startsWith("delta"), "delta or not");
        Extension point = crl.getExtension(Extension.issuingDistributionPoint);
        if (point != null) {
            IssuingDistributionPoint.getInstance(point.getParsedValue());
        }
    }

    void bcOcsp(String name) throws Exception {
        OCSPResp response = new OCSPResp(octets(name));
        check(response.getStatus() == OCSPResp.SUCCESSFUL, "its status is " + response.getStatus());
        BasicOCSPResp basic = (BasicOCSPResp) response.getResponseObject();
        X509CertificateHolder signer = basic.getCerts()[0];
        check(basic.isSignatureValid(
            new JcaContentVerifierProviderBuilder().setProvider(BC).build(signer)), "the signature does not verify");
        X509Certificate issuer = signer.getIssuer().equals(holder("ca.der").getSubject()) ? ca : root;
        check(signer.isSignatureValid(verifier(issuer)), "the signer's certificate does not verify");
        DigestCalculatorProvider digests = new JcaDigestCalculatorProviderBuilder().setProvider(BC).build();
        boolean revoked = name.startsWith("revoked");
        for (SingleResp one : basic.getResponses()) {
            check(one.getCertID().matchesIssuer(holder("ca.der"), digests), "about another issuer");
            BigInteger serial = certificate(revoked ? "revoked.der" : "sign.der").getSerialNumber();
            check(one.getCertID().getSerialNumber().equals(serial), "about another certificate");
            check(revoked ? one.getCertStatus() instanceof RevokedStatus
                : one.getCertStatus() == CertificateStatus.GOOD, "its word is " + one.getCertStatus());
        }
    }

    /** The lists that a relying party needs: of the root, and of the CA. */
    CertStore lists() throws Exception {
        List<X509CRL> lists = new ArrayList<>();
        for (String name : List.of("root.crl", "full.crl")) {
            lists.add((X509CRL) CertificateFactory.getInstance("X.509")
                .generateCRL(new ByteArrayInputStream(octets(name))));
        }
        return store(lists);
    }

    static CertStore store(Collection<?> items) throws Exception {
        return CertStore.getInstance("Collection", new CollectionCertStoreParameters(items));
    }

    /** Those made before the revocation do not know of it; nor does the root's. */
    static boolean lists(String name) {
        return !name.startsWith("base") && !name.startsWith("root");
    }

    X509Certificate issuerOfList(String name) {
        return name.startsWith("root") ? root : ca;
    }

    boolean isOfCa(X509Certificate found) {
        return found.getIssuerX500Principal().equals(ca.getSubjectX500Principal());
    }

    ContentVerifierProvider verifier(X509Certificate signer) throws Exception {
        return new JcaContentVerifierProviderBuilder().setProvider(BC).build(signer);
    }

    X509Certificate certificate(String name) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(octets(name)));
    }

    X509CertificateHolder holder(String name) throws IOException {
        return new X509CertificateHolder(octets(name));
    }

    byte[] octets(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name));
    }

    List<String> names(String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                .filter(name -> name.endsWith(ending)).sorted().toList();
        }
    }

    interface Judgement {
        void run() throws Exception;
    }

    /** It is to be refused in these words. */
    void refuses(String judge, String name, String words, Judgement judgement) {
        String said = saidBy(judgement);
        say(judge, name, () -> check(said.contains(words), said));
    }

    static String saidBy(Judgement judgement) {
        try {
            judgement.run();
            return "ok";
        } catch (Exception error) {
            Throwable cause = error;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
        }
    }

    void say(String judge, String name, Judgement judgement) {
        String said = saidBy(judgement);
        String shown = name.replace(".der", "");
        System.out.println(folder.getFileName() + " " + judge + " " + shown + ": " + said);
    }

    static void check(boolean fine, String otherwise) throws Exception {
        if (!fine) {
            throw new Exception(otherwise);
        }
    }
}
