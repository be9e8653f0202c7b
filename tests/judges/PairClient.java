// A client of a CA over CMP that is not ours: Bouncy Castle asks for a pair of certificates, checks what it gets, confirms it.
//
//   java -cp '/usr/share/java/*' tests/judges/PairClient.java URL REFERENCE CODE ROOT.der SIGN.der KM.der
//
// A line for each step: `step: ok`, or what is wrong. The certificates go into the last two files.

import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;

import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.cmp.CMPCertificate;
import org.bouncycastle.asn1.cmp.CertConfirmContent;
import org.bouncycastle.asn1.cmp.CertRepMessage;
import org.bouncycastle.asn1.cmp.CertResponse;
import org.bouncycastle.asn1.cmp.ErrorMsgContent;
import org.bouncycastle.asn1.cmp.PBMParameter;
import org.bouncycastle.asn1.cmp.PKIBody;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.crmf.CertReqMessages;
import org.bouncycastle.asn1.crmf.CertReqMsg;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.cmp.CertificateConfirmationContentBuilder;
import org.bouncycastle.cert.cmp.GeneralPKIMessage;
import org.bouncycastle.cert.cmp.ProtectedPKIMessage;
import org.bouncycastle.cert.cmp.ProtectedPKIMessageBuilder;
import org.bouncycastle.cert.crmf.PKMACBuilder;
import org.bouncycastle.cert.crmf.jcajce.JcaCertificateRequestMessageBuilder;
import org.bouncycastle.cert.crmf.jcajce.JcePKMACValuesCalculator;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

public final class PairClient {
    static final Provider BC = new BouncyCastleProvider();
    static final SecureRandom RANDOM = new SecureRandom();
    static final GeneralName NOBODY = new GeneralName(new X500Name(new RDN[0]));

    final String url;
    final String reference;
    final X509CertificateHolder root;
    /** The signing key's, then the key-management key's. */
    final List<KeyPair> keys = new ArrayList<>();
    final List<X509CertificateHolder> given = new ArrayList<>();

    byte[] transaction = random();
    byte[] nonce;
    /** The CA's last one. */
    byte[] otherNonce;

    PairClient(String url, String reference, byte[] root) throws Exception {
        this.url = url;
        this.reference = reference;
        this.root = new X509CertificateHolder(root);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        keys.add(generator.generateKeyPair());
        keys.add(generator.generateKeyPair());
    }

    public static void main(String[] args) throws Exception {
        PairClient client = new PairClient(args[0], args[1], Files.readAllBytes(Path.of(args[3])));
        char[] code = args[2].toCharArray();
        step("a wrong code", () -> client.refused("wrong".toCharArray()));
        step("one key for two", () -> client.refusedAlone(code));
        client.transaction = random();
        byte[] request = client.request(code, 2);
        step("a pair", () -> client.take(post(client.url, request), code));
        step("the same octets again", () -> client.takeAgain(post(client.url, request), code));
        byte[] confirmation = client.confirmation(code);
        step("confirmed", () -> client.confirmed(post(client.url, confirmation), code));
        step("confirmed twice", () -> client.confirmed(post(client.url, confirmation), code));
        for (int i = 0; i < client.given.size(); i++) {
            Files.write(Path.of(args[4 + i]), client.given.get(i).getEncoded());
        }
    }

    /** ir: the first request has no subject and so a publicKeyMAC (RFC 4211 section 4.1), the second has one. */
    byte[] request(char[] code, int count) throws Exception {
        CertReqMsg[] requests = new CertReqMsg[count];
        for (int id = 0; id < count; id++) {
            JcaCertificateRequestMessageBuilder builder =
                new JcaCertificateRequestMessageBuilder(BigInteger.valueOf(id));
            builder.setPublicKey(keys.get(id).getPublic());
            if (id == 0) {
                builder.setAuthInfoPKMAC(mac(), code);
            } else {
                builder.setSubject(new X500Name("CN=HONG"));
            }
            ContentSigner signer =
                new JcaContentSignerBuilder("SHA256withRSA").setProvider(BC).build(keys.get(id).getPrivate());
            builder.setProofOfPossessionSigningKeySigner(signer);
            requests[id] = builder.build().toASN1Structure();
        }
        return message(new PKIBody(PKIBody.TYPE_INIT_REQ, new CertReqMessages(requests)), code);
    }

    byte[] message(PKIBody body, char[] code) throws Exception {
        nonce = random();
        ProtectedPKIMessageBuilder builder = new ProtectedPKIMessageBuilder(NOBODY, NOBODY);
        builder.setMessageTime(new Date());
        builder.setSenderKID(reference.getBytes("US-ASCII"));
        builder.setTransactionID(transaction);
        builder.setSenderNonce(nonce);
        if (otherNonce != null) {
            builder.setRecipNonce(otherNonce);
        }
        builder.setBody(body);
        PKMACBuilder mac = mac().setParameters(new PBMParameter(random(),
            new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256), 1000,
            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256)));
        return builder.build(mac.build(code)).toASN1Structure().getEncoded("DER");
    }

    static PKMACBuilder mac() throws Exception {
        return new PKMACBuilder(new JcePKMACValuesCalculator().setProvider(BC));
    }

    /** An answer to our last message, of this kind, under the code. */
    ProtectedPKIMessage answer(byte[] octets, int kind, char[] code) throws Exception {
        ProtectedPKIMessage answer = read(octets);
        check(answer.hasPasswordBasedMacProtection(), "it is not protected by a MAC");
        check(answer.verify(mac(), code), "its MAC does not verify");
        check(answer.getBody().getType() == kind, "its body is " + answer.getBody().getType());
        otherNonce = answer.getHeader().getSenderNonce().getOctets();
        return answer;
    }

    ProtectedPKIMessage read(byte[] octets) throws Exception {
        ProtectedPKIMessage answer = new ProtectedPKIMessage(new GeneralPKIMessage(octets));
        check(is(answer.getHeader().getTransactionID(), transaction), "it is of another transaction");
        check(is(answer.getHeader().getRecipNonce(), nonce), "it answers another message");
        return answer;
    }

    void take(byte[] octets, char[] code) throws Exception {
        given.clear();
        given.addAll(certificates(answer(octets, PKIBody.TYPE_INIT_REP, code)));
        X509CertificateHolder sign = given.get(0);
        X509CertificateHolder km = given.get(1);
        check(km.getSerialNumber().equals(sign.getSerialNumber().add(BigInteger.ONE)), "the serials do not follow");
        check(sign.getSubject().equals(km.getSubject()), "the subjects differ");
        int signing = KeyUsage.digitalSignature | KeyUsage.nonRepudiation;
        int encrypting = KeyUsage.keyEncipherment | KeyUsage.dataEncipherment;
        check(has(sign, signing) && !has(sign, encrypting), "the first is not for signing alone");
        check(has(km, encrypting) && !has(km, signing), "the second is not for key management alone");
    }

    void takeAgain(byte[] octets, char[] code) throws Exception {
        ProtectedPKIMessage answer = answer(octets, PKIBody.TYPE_INIT_REP, code);
        check(certificates(answer).equals(given), "other certificates");
    }

    List<X509CertificateHolder> certificates(ProtectedPKIMessage answer) throws Exception {
        List<X509CertificateHolder> sent = new ArrayList<>(List.of(answer.getCertificates()));
        CertRepMessage content = CertRepMessage.getInstance(answer.getBody().getContent());
        for (CMPCertificate one : content.getCaPubs() == null ? new CMPCertificate[0] : content.getCaPubs()) {
            sent.add(new X509CertificateHolder(one.getX509v3PKCert()));
        }
        X509CertificateHolder ca = null;
        for (X509CertificateHolder one : sent) {
            BasicConstraints basic = BasicConstraints.fromExtensions(one.getExtensions());
            if (!one.equals(root) && basic != null && basic.isCA() && one.isSignatureValid(verifier(root))) {
                ca = one;
            }
        }
        check(ca != null, "no certificate of the CA came along");
        CertResponse[] responses = content.getResponse();
        check(responses.length == keys.size(), responses.length + " responses");
        List<X509CertificateHolder> found = new ArrayList<>();
        for (int id = 0; id < responses.length; id++) {
            CertResponse response = responses[id];
            check(response.getCertReqId().getValue().equals(BigInteger.valueOf(id)), "a response to another request");
            check(response.getStatus().getStatus().intValue() == PKIStatus.GRANTED, "it is not granted");
            X509CertificateHolder one = new X509CertificateHolder(response.getCertifiedKeyPair()
                .getCertOrEncCert().getCertificate().getX509v3PKCert());
            check(one.isSignatureValid(verifier(ca)), "the CA has not signed it");
            byte[] key = SubjectPublicKeyInfo.getInstance(keys.get(id).getPublic().getEncoded()).getEncoded("DER");
            check(Arrays.equals(one.getSubjectPublicKeyInfo().getEncoded("DER"), key), "it is of another key");
            found.add(one);
        }
        return found;
    }

    /** certConf for both. */
    byte[] confirmation(char[] code) throws Exception {
        CertificateConfirmationContentBuilder builder = new CertificateConfirmationContentBuilder();
        for (int id = 0; id < given.size(); id++) {
            builder.addAcceptedCertificate(given.get(id), BigInteger.valueOf(id));
        }
        CertConfirmContent content = builder.build(
            new JcaDigestCalculatorProviderBuilder().setProvider(BC).build()).toASN1Structure();
        return message(new PKIBody(PKIBody.TYPE_CERT_CONFIRM, content), code);
    }

    void confirmed(byte[] octets, char[] code) throws Exception {
        answer(octets, PKIBody.TYPE_CONFIRM, code);
    }

    /** Signed by the CA, for a MAC by the right code would tell a guesser what to try. */
    void refused(char[] wrong) throws Exception {
        ProtectedPKIMessage answer = read(post(url, request(wrong, 2)));
        check(!answer.hasPasswordBasedMacProtection(), "it is protected by a MAC");
        check(answer.verify(verifier(answer.getCertificates()[0])), "its signature does not verify");
        is(answer, PKIFailureInfo.badMessageCheck);
    }

    /** An order of two is not answered with one. */
    void refusedAlone(char[] code) throws Exception {
        transaction = random();
        ProtectedPKIMessage answer = read(post(url, request(code, 1)));
        check(answer.verify(mac(), code), "its MAC does not verify");
        is(answer, PKIFailureInfo.badCertTemplate);
    }

    static void is(ProtectedPKIMessage answer, int failure) throws Exception {
        check(answer.getBody().getType() == PKIBody.TYPE_ERROR, "its body is " + answer.getBody().getType());
        ErrorMsgContent error = ErrorMsgContent.getInstance(answer.getBody().getContent());
        int found = new PKIFailureInfo(error.getPKIStatusInfo().getFailInfo()).intValue();
        check(found == failure, "the failure is " + found);
    }

    static boolean is(ASN1OctetString found, byte[] wanted) {
        return found != null && Arrays.equals(found.getOctets(), wanted);
    }

    static boolean has(X509CertificateHolder certificate, int usages) {
        KeyUsage found = KeyUsage.fromExtensions(certificate.getExtensions());
        return (found.getBytes()[0] & 0xff & usages) != 0;
    }

    static ContentVerifierProvider verifier(X509CertificateHolder signer) throws Exception {
        return new JcaContentVerifierProviderBuilder().setProvider(BC).build(signer);
    }

    static byte[] post(String url, byte[] message) throws Exception {
        HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setRequestMethod("POST");
        connection.setRequestProperty("Content-Type", "application/pkixcmp");
        connection.setDoOutput(true);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(message);
        }
        check(connection.getResponseCode() == 200, "HTTP status " + connection.getResponseCode());
        try (InputStream in = connection.getInputStream()) {
            return in.readAllBytes();
        }
    }

    static byte[] random() {
        byte[] octets = new byte[16];
        RANDOM.nextBytes(octets);
        return octets;
    }

    interface Act {
        void run() throws Exception;
    }

    static void step(String name, Act act) {
        String said = "ok";
        try {
            act.run();
        } catch (Exception error) {
            said = error.toString();
        }
        System.out.println(name + ": " + said);
    }

    static void check(boolean fine, String otherwise) throws Exception {
        if (!fine) {
            throw new Exception(otherwise);
        }
    }
}
